import "@testing-library/jest-dom/vitest";

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
