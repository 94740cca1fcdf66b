// A view of results: a choice of those that there are, the one that is chosen, and the runs that will be among them.

import { element, replace } from "../script/dom.js";
import { options } from "../script/filter.js";
import { moment, sentence } from "../script/words.js";
import { part } from "../script/parts.js";

/** The frame of *Validation* and *Audit*. */
export class ResultsView {
  #about;
  #runs = null;
  #choice = element("select", { "aria-label": "Run", on: { change: () => this.#open() } });
  #tools = element("div", { class: "page-tools" }, this.#choice);
  #content = element("div", { class: "run" });
  #above = element("div");
  #all = [];
  #own = [];
  node;

  /** @param {object} about `kind`, `title`, `list()`, `draw(results)`, `remove(name)` */
  constructor(about) {
    this.#about = about;
    this.node = element(
      "div", { class: "page" },
      element("div", { class: "page-head" }, element("h1", { text: about.title }), this.#tools), this.#above, this.#content);
  }

  async show(chosen = this.#choice.value) {
    if (this.#content.childElementCount === 0) this.#tell("Loading…");
    try {
      if (!this.#runs) {
        const { Runs } = await part("runs");
        this.#runs = new Runs(this.#about.kind, (id) => this.show(id));
        this.#tools.append(this.#runs.button);
        this.#above.replaceWith(this.#runs.node);
      }
      [this.#all, this.#own] = await Promise.all([this.#about.list(), this.#runs.show()]);
      this.#choice.hidden = this.#all.length === 0;
      if (this.#all.length === 0) return this.#tell(`There is no finished ${this.#about.kind} yet.`);
      options(this.#choice, this.#all.map(({ name, modified }) => [name, `${name}, ${moment(modified)}`]));
      if (this.#all.some(({ name }) => name === chosen)) this.#choice.value = chosen;
      await this.#open();
    } catch (error) {
      this.#fail(error);
    }
  }

  async #open() {
    const results = this.#all.find(({ name }) => name === this.#choice.value);
    try {
      replace(this.#content, await this.#about.draw(results), this.#own.some(({ id }) => id === results.name) && this.#remover(results.name));
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Only what was started here can be deleted here, and not by one press alone. */
  #remover(name) {
    const row = element("div", { class: "actions" });
    const button = (text, act) => element("button", { type: "button", text, on: { click: act } });
    const ask = () => {
      replace(row, element("span", { text: "Delete the report and all its answers?" }), button("Delete", remove), button("Keep", rest));
      row.querySelector("button").focus();
    };
    const rest = () => replace(row, button(`Delete this ${this.#about.kind}`, ask));
    const remove = async () => {
      try {
        await this.#about.remove(name);
        replace(this.#content);
        await this.show();
      } catch (error) {
        this.#fail(error);
      }
    };
    rest();
    return row;
  }

  #tell(words) { replace(this.#content, element("p", { class: "pending", role: "status", text: words })); }
  #fail(error) { replace(this.#content, element("p", { class: "problem", role: "alert", text: sentence(error.message) })); }
}
