// Shows the API's description. Nothing is fetched from anywhere but this site: the online validator stays off.
window.addEventListener("load", () => {
  const place = document.getElementById("swagger-ui");
  window.SwaggerUIBundle({url: place.dataset.url, domNode: place, deepLinking: true, validatorUrl: null});
});
