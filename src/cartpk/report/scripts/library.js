// The charting library, unpacked when the rest of the page stands and run as an inline script: the content policy allows
// it by the hash of its text. cartpk.library is the promise of it.
cartpk.library = (async () => {
  const letters = document.getElementById("charts-library").textContent;
  await new Promise((done) => { setTimeout(done); });
  const bytes = Uint8Array.from(atob(letters), (letter) => letter.charCodeAt(0));
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = document.createElement("script");
  script.textContent = await new Response(plain).text();
  document.head.append(script);
})();
