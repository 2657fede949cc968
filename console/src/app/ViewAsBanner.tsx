import { createUniqueId, onCleanup, onMount, Show } from "solid-js";
import { stopViewing } from "../api/view-as";
import { sentence } from "../lib/format";
import { Button } from "../ui/Button";
import { Eye } from "../ui/icons";
import { useMe, type Me } from "./me";

/** Says loudly, on every page, that this is what somebody else sees; the server says so, not the console. */
export function ViewAsBanner() {
  const me = useMe();
  return <Show when={me().viewedBy}>{(viewer) => <Banner me={me()} viewer={viewer().email} />}</Show>;
}

function Banner(props: { me: Me; viewer: string }) {
  const id = createUniqueId();
  let stop: HTMLButtonElement | undefined;
  let banner!: HTMLElement;
  // The button that began it is gone with its page; the focus goes to the one that ends it, and the text is read out.
  onMount(() => stop?.focus());
  // Panels and dialogs begin below it, however high it is, so that nobody forgets whose pages these are.
  const { style } = document.documentElement;
  const measured = new ResizeObserver(() => style.setProperty("--banner", `${banner.offsetHeight}px`));
  onMount(() => measured.observe(banner));
  onCleanup(() => {
    measured.disconnect();
    style.removeProperty("--banner");
  });
  return (
    <section ref={(element) => (banner = element)} class="viewing" aria-label="View as" data-kb-top-layer>
      <Eye size={18} aria-hidden="true" />
      <p id={id}>
        <b>
          You see Postwatch as {props.me.name}, {sentence(props.me.role)}.
        </b>{" "}
        <span>
          Pages, lists and numbers are theirs. Nothing can be changed. You are signed in as {props.viewer}.
        </span>
      </p>
      <Button ref={(element) => (stop = element)} aria-describedby={id} onClick={stopViewing}>
        Stop viewing
      </Button>
    </section>
  );
}
