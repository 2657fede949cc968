import { createSignal } from "solid-js";

/** What is being asked about sending, wherever it was asked for: a page, the palette, the banner. */
export const [question, setQuestion] = createSignal<"freeze" | "release">();
