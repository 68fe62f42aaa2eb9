"""Virtual trials from published or openly assumed parameters, with the truth beside every number.

What comes out is synthetic and says so. Stein 2019 gives the CAR-T kinetics; CAR-NK kinetics, bone marrow and CD7+
cells have no published model that could be used and are marked ASSUMED wherever they are described.
"""

from cartpk.simulate.designs import DESIGNS, Design, get_design
from cartpk.simulate.folder import sample_files
from cartpk.simulate.population import POPULATIONS, Population
from cartpk.simulate.profiles import VirtualProfiles, simulate_profiles
from cartpk.simulate.scenarios import Scenario
from cartpk.simulate.trials import GENERATOR, VirtualTrial, simulate_trial

__all__ = [
    "DESIGNS",
    "GENERATOR",
    "POPULATIONS",
    "Design",
    "Population",
    "Scenario",
    "VirtualProfiles",
    "VirtualTrial",
    "get_design",
    "sample_files",
    "simulate_profiles",
    "simulate_trial",
]
