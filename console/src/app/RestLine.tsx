import { Show } from "solid-js";
import { restUntil } from "../api/rest";
import { Countdown } from "../ui/Countdown";

/** One calm line for the whole console while the server takes no more requests of this person. */
export const RestLine = () => (
  <Show when={restUntil()}>
    {(until) => (
      <p class="restline" role="status">
        The server asks for a pause after many requests. What is on screen stays; it goes on by itself in{" "}
        <Countdown until={until()} />.
      </p>
    )}
  </Show>
);
