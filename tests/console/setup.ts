import "@testing-library/jest-dom/vitest";
import { configure } from "@solidjs/testing-library";

// A page that is loaded on demand takes its time on a busy machine; a wait that succeeds is not longer for it.
configure({ asyncUtilTimeout: 10_000 });

class QuietObserver {
  observe() {}
  unobserve() {}
  disconnect() {}
}

// What jsdom lacks and the console's parts expect of a browser.
globalThis.ResizeObserver ??= QuietObserver as unknown as typeof ResizeObserver;
globalThis.IntersectionObserver ??= QuietObserver as unknown as typeof IntersectionObserver;
globalThis.matchMedia ??= ((media: string) => ({
  matches: false,
  media,
  addEventListener() {},
  removeEventListener() {},
})) as unknown as typeof matchMedia;
Element.prototype.scrollIntoView ??= () => {};
