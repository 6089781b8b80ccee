/** Stars to click: `value` and `label` come in, `rated` goes out. */
class StarRating extends HTMLElement {
  #stars = [1, 2, 3, 4, 5].map((value) => {
    const star = document.createElement("button");
    star.type = "button";
    star.onclick = () => this.dispatchEvent(new CustomEvent("rated", { detail: value }));
    return star;
  });

  connectedCallback() {
    this.append(...this.#stars);
  }

  set value(value) {
    this.#stars.forEach((star, index) => {
      star.textContent = index < value ? "★" : "☆";
      star.ariaPressed = String(index + 1 === value);
    });
  }

  set label(label) {
    this.#stars.forEach((star, index) => {
      star.ariaLabel = `${label}: ${index + 1}`;
    });
  }
}

customElements.define("star-rating", StarRating);
