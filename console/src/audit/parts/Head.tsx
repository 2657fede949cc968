import { createSignal, Show } from "solid-js";
import { link } from "../../api/link";
import { broken } from "../../api/live";
import { useCan } from "../../app/me";
import { Button, LinkButton } from "../../ui/Button";
import { Download, Pause, Play, RefreshCw, Settings, ShieldCheck } from "../../ui/icons";
import { PageHead } from "../../ui/Layout";
import { Menu } from "../../ui/Menu";
import { toast } from "../../ui/toast";
import type { Ask } from "../audit.model";
import { isOpenEnded, matchWords, rangeWords } from "../audit.model";
import type { Facets } from "../audit.gql";
import { downloadExport, exportFormats, type ExportFormat } from "../export";
import type { Tail } from "../create-tail";

/** What the page is of and how live it is; the tail, the proof, and the way out of here as a file. */
export const Head = (props: {
  ask: Ask;
  facets: Facets | undefined;
  from: string | undefined;
  tail: Tail;
  held: number;
  onVerify: () => void;
}) => (
  <PageHead title="Audit log" sub={<Summary {...props} />}>
    <Show when={isOpenEnded(props.ask)}>
      <Button icon={props.tail.isOff() ? Play : Pause} title="P" onClick={() => props.tail.toggle()}>
        {props.tail.isOff() ? "Resume" : "Pause"}
        <Show when={props.tail.isPaused() && props.held > 0}>
          <span class="num">(+{props.held})</span>
        </Show>
      </Button>
    </Show>
    <ExportMenu ask={props.ask} from={props.from} />
    <Button icon={ShieldCheck} title="V" onClick={() => props.onVerify()}>
      Verify
    </Button>
    <SettingsLink />
  </PageHead>
);

/** How long it is kept, and where it is sent to. */
const SettingsLink = () => {
  const can = useCan();
  return (
    <Show when={can("SYSTEM_SETTINGS_MANAGE")}>
      <LinkButton icon={Settings} href="/audit/settings">
        Settings
      </LinkButton>
    </Show>
  );
};

const Summary = (props: { ask: Ask; facets: Facets | undefined; tail: Tail }) => (
  <>
    <Show when={props.facets} fallback="Everything that was done, by whom, and whether it succeeded.">
      {(facets) => (
        <span class="num">
          {matchWords(facets().counted, facets().isCapped)}
          {props.ask.query ? (facets().counted === 1 ? " matches" : " match") : ""} in {rangeWords(props.ask)}
        </span>
      )}
    </Show>
    {" · "}
    {liveWords(props.ask, props.tail)}
  </>
);

function liveWords(ask: Ask, tail: Tail): string {
  if (!isOpenEnded(ask)) return "the time has ended, nothing new can come";
  if (link() !== "live" || broken() > 0) return "not live: the connection is lost, what is missed is fetched";
  return tail.isPaused() ? "paused" : "live";
}

function ExportMenu(props: { ask: Ask; from: string | undefined }) {
  const [busy, setBusy] = createSignal(false);
  const run = async (format: ExportFormat) => {
    if (busy()) return;
    setBusy(true);
    const { query, to } = props.ask;
    const refused = await downloadExport({ format, query, to, from: props.from });
    setBusy(false);
    if (refused) toast("Nothing was exported", refused, "bad");
    else toast("Exported", "The export itself is on record.");
  };
  return (
    <Menu
      class="btn"
      heading={`What is searched for, in ${rangeWords(props.ask)}`}
      entries={exportFormats.map(({ format, label, hint }) => ({
        label: `${label}, ${hint}`,
        run: () => void run(format),
      }))}
    >
      <Show when={busy()} fallback={<Download size={15} aria-hidden="true" />}>
        <RefreshCw size={14} aria-hidden="true" class="spin" />
      </Show>
      Export
    </Menu>
  );
}
