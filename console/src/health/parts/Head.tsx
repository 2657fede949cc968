import { Show } from "solid-js";
import { LinkState } from "../../app/LinkState";
import { now } from "../../lib/clock";
import { sentence } from "../../lib/format";
import { Button } from "../../ui/Button";
import { Monitor, Pause, Play, X } from "../../ui/icons";
import { PageHead } from "../../ui/Layout";
import { Mark } from "../../ui/Mark";
import { Pills } from "../../ui/Pills";
import { healthTones } from "../../ui/status";
import { Tag } from "../../ui/Tag";
import { rangeOptions, span, type Range } from "../health.model";
import type { LiveHealth } from "../live-health";
import styles from "../Health.module.css";
import { LiveLine } from "./LiveLine";

interface HeadProps {
  live: LiveHealth;
  range: Range;
  onRange: (range: Range) => void;
  isKiosk: boolean;
  onKiosk: () => void;
}

/** What the page is of, how fresh it is, how far back it looks; on a wall also what the shell would say. */
export const Head = (props: HeadProps) => (
  <Show
    when={props.isKiosk}
    fallback={
      <PageHead title="System health" sub={<LiveLine of={props.live} />}>
        <Ranges {...props} />
        <PauseButton of={props.live} />
        <Button icon={Monitor} title="For a wall screen (F)" onClick={() => props.onKiosk()}>
          Wall
        </Button>
      </PageHead>
    }
  >
    <KioskHead {...props} />
  </Show>
);

const Ranges = (props: HeadProps) => (
  <Pills label="Range" options={rangeOptions} value={props.range} onValue={props.onRange} />
);

const PauseButton = (props: { of: LiveHealth }) => {
  const isPaused = () => props.of.pausedFor() !== undefined;
  return (
    <Button icon={isPaused() ? Play : Pause} title="P" onClick={() => props.of.toggle()}>
      <span class="num">{isPaused() ? `Resume (+${span(props.of.pausedFor() ?? 0)})` : "Pause"}</span>
    </Button>
  );
};

const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

const KioskHead = (props: HeadProps) => (
  <header class={styles.kioskhead}>
    <Mark />
    <h1>System health</h1>
    <Show when={props.live.health()}>
      {(health) => (
        <>
          <Tag tone={healthTones[health().status]}>{sentence(health().status)}</Tag>
          <span class={styles.host}>{health().host}</span>
        </>
      )}
    </Show>
    <LiveLine of={props.live} />
    <Ranges {...props} />
    <LinkState />
    <time class="num">{time.format(now())}</time>
    <Button icon={X} title="Leave the wall screen (F)" onClick={() => props.onKiosk()}>
      <span class="sr">Leave the wall screen</span>
    </Button>
  </header>
);
