// Zoom and pan: a picture's place in its stage, moved by pointers, wheel and keys.

const LARGEST = 16; // screen pixels for one pixel of the image
const STEP = 1.3; // zoom of one press of a key or button
const PAN = 80; // screen pixels of one press of a key

/** Scale and place of a picture in a stage; `changed` draws it. */
export class Placement {
  scale = 1;
  x = 0;
  y = 0;
  isFitted = true;
  #width = 1;
  #height = 1;
  #stage;
  #changed;

  constructor(stage, changed) {
    this.#stage = stage;
    this.#changed = changed;
    new ResizeObserver(() => this.isFitted ? this.fit() : this.#settle()).observe(stage);
  }

  /** Another picture, in its own pixels. */
  show(width, height) {
    Object.assign(this, { isFitted: true });
    this.#width = width;
    this.#height = height;
    this.fit();
  }

  get #fitting() {
    const { clientWidth, clientHeight } = this.#stage;
    return Math.min(clientWidth / this.#width, clientHeight / this.#height) || 1;
  }

  /** As large as the stage allows. */
  fit() {
    this.isFitted = true;
    this.scale = this.#fitting;
    this.#settle();
  }

  /** Zooms about a point of the stage; about its middle without one. */
  zoom(factor, point = { x: this.#stage.clientWidth / 2, y: this.#stage.clientHeight / 2 }) {
    const scale = Math.min(Math.max(this.scale * factor, Math.min(this.#fitting, 1)), LARGEST);
    const ratio = scale / this.scale;
    this.x = point.x - (point.x - this.x) * ratio;
    this.y = point.y - (point.y - this.y) * ratio;
    this.scale = scale;
    this.isFitted = Math.abs(scale - this.#fitting) < 1e-6;
    this.#settle();
  }

  in() { this.zoom(STEP); }
  out() { this.zoom(1 / STEP); }
  /** One pixel of the image for one of the screen. */
  natural(point) { this.zoom(1 / this.scale, point); }

  pan(dx, dy) {
    this.x += dx;
    this.y += dy;
    this.#settle();
  }

  panBy(columns, rows) { this.pan(-columns * PAN, -rows * PAN); }

  /** Brings a point of the stage to its middle: panning without dragging. */
  centre(point) {
    this.pan(this.#stage.clientWidth / 2 - point.x, this.#stage.clientHeight / 2 - point.y);
  }

  /** A picture smaller than the stage lies in its middle; a larger one leaves no gap. */
  #settle() {
    const { clientWidth, clientHeight } = this.#stage;
    const place = (offset, room, length) =>
      length <= room ? (room - length) / 2 : Math.min(Math.max(offset, room - length), 0);
    this.x = place(this.x, clientWidth, this.#width * this.scale);
    this.y = place(this.y, clientHeight, this.#height * this.scale);
    this.#changed(this);
  }
}

/** Lets wheel and pointers move a placement: drag pans, two fingers pinch, a click centres, a double click fits or not. */
export function listen(stage, placement) {
  const pointers = new Map();
  let spread = 0;
  let travelled = 0;

  const place = (event) => {
    const box = stage.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const middle = () => {
    const all = [...pointers.values()];
    return { x: all.reduce((sum, p) => sum + p.x, 0) / all.length, y: all.reduce((sum, p) => sum + p.y, 0) / all.length };
  };
  const distance = () => {
    const [a, b] = [...pointers.values()];
    return b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
  };

  stage.addEventListener("wheel", (event) => {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    placement.zoom(Math.exp(-event.deltaY * lines * 0.002), place(event));
  }, { passive: false });

  stage.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.target.closest("input, button, .divider")) return;
    stage.setPointerCapture(event.pointerId);
    if (pointers.size === 0) travelled = 0;
    pointers.set(event.pointerId, place(event));
    spread = distance();
  });
  stage.addEventListener("pointermove", (event) => {
    if (!pointers.has(event.pointerId)) return;
    const before = middle();
    pointers.set(event.pointerId, place(event));
    const after = middle();
    travelled += Math.hypot(after.x - before.x, after.y - before.y);
    placement.pan(after.x - before.x, after.y - before.y);
    if (pointers.size === 2 && spread > 0) {
      travelled += 10;
      placement.zoom(distance() / spread, after);
      spread = distance();
    }
  });
  const lift = (event) => {
    if (!pointers.delete(event.pointerId)) return;
    spread = distance();
    if (event.type === "pointerup" && pointers.size === 0 && travelled < 4 && !placement.isFitted && event.detail < 2) {
      placement.centre(place(event));
    }
  };
  stage.addEventListener("pointerup", lift);
  stage.addEventListener("pointercancel", lift);
  stage.addEventListener("dblclick", (event) => {
    if (event.target.closest("input, button")) return;
    if (placement.isFitted) placement.zoom(2.5, place(event));
    else placement.fit();
  });
}
