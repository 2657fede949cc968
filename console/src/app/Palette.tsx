import { useNavigate } from "@solidjs/router";
import { createQuery } from "@urql/solid";
import { Content, Overlay, Portal, Root, Title } from "@kobalte/core/dialog";
import { createEffect, createMemo, createSignal, For, on, Show } from "solid-js";
import { graphql } from "../api/graphql";
import { signOut } from "../api/sign-out";
import { debounced } from "../lib/debounce";
import { sentence } from "../lib/format";
import { useCan } from "./me";
import { matching, type Command } from "./palette.model";
import { navigation } from "./routes";
import { setTheme, theme } from "./theme";
import { setQuestion } from "../sending/question";
import { useFreezeQuestion } from "../sending/use-freeze-question";
import styles from "./App.module.css";

const PaletteCampaigns = graphql(`
  query PaletteCampaigns($text: String!) {
    campaigns(first: 6, filter: { text: $text }) {
      edges {
        node {
          id
          name
          status
        }
      }
    }
  }
`);

function useCommands(onKeys: () => void): () => Command[] {
  const navigate = useNavigate();
  const can = useCan();
  const pages = navigation
    .flatMap((group) => group.entries)
    .filter((entry) => can(entry.permission))
    .map((entry) => ({
      group: "Go to",
      label: entry.label,
      hint: `G ${entry.key.toUpperCase()}`,
      run: () => navigate(entry.to),
    }));
  const action = (label: string, run: () => void, hint = "", words = ""): Command => ({
    group: "Actions",
    label,
    hint,
    words,
    run,
  });
  const freezeQuestion = useFreezeQuestion();
  const freezeActions = () => {
    const asked = freezeQuestion();
    if (!asked) return [];
    return asked === "freeze"
      ? [action("Freeze sending", () => setQuestion(asked), "", "stop panic kill switch emergency halt mail")]
      : [action("Release sending", () => setQuestion(asked), "", "unfreeze go on again mail")];
  };
  return () => [
    ...pages,
    ...(can("CAMPAIGN_CREATE")
      ? [action("New campaign", () => navigate("/campaigns/new"), "N", "create mail")]
      : []),
    ...(can("CAMPAIGN_READ")
      ? [
          action(
            "Scheduled campaigns",
            () => navigate("/campaigns?view=scheduled"),
            "",
            "planned upcoming start time",
          ),
          action("Archived campaigns", () => navigate("/campaigns?view=archived"), "", "archive old ended"),
          action(
            "Mail that needs a decision",
            () => navigate("/uncertain"),
            "",
            "uncertain unknown outcome resolve",
          ),
        ]
      : []),
    ...(can("LEAD_CREATE")
      ? [action("New lead", () => navigate("/leads?new=1"), "", "create add person")]
      : []),
    ...(can("LEAD_IMPORT")
      ? [action("Import leads", () => navigate("/leads/import"), "", "csv upload file")]
      : []),
    ...(can("SYSTEM_JOBS_MANAGE")
      ? [
          action("Failed jobs", () => navigate("/jobs?tab=failures"), "", "dead letters errors retry queue"),
          action("Schedules", () => navigate("/jobs?tab=schedules"), "", "cron run now recurring"),
          action("Job types", () => navigate("/jobs?tab=types"), "", "metrics slow retry policy"),
          action("Workers", () => navigate("/jobs?tab=workers"), "", "fleet processes version lost"),
        ]
      : []),
    ...(can("SYSTEM_HEALTH_READ")
      ? [
          action("System health on a wall screen", () => navigate("/health?kiosk=1"), "", "kiosk tv full"),
          action("System health of 30 days", () => navigate("/health?range=30d"), "", "availability uptime"),
        ]
      : []),
    ...freezeActions(),
    ...(can("SYSTEM_SETTINGS_MANAGE")
      ? [
          action(
            "Four eyes at a launch",
            () => navigate("/settings"),
            "",
            "second person approve launch settings",
          ),
        ]
      : []),
    ...(["light", "dark", "system"] as const)
      .filter((each) => each !== theme())
      .map((each) => action(`Use ${each} theme`, () => setTheme(each), "", "mode appearance")),
    action("Your profile", () => navigate("/profile"), "", "me name password sessions account"),
    action("Keyboard shortcuts", onKeys, "?", "help keys"),
    action("Sign out", () => void signOut(), "", "log out leave"),
  ];
}

/** Pages, campaigns by name and actions behind Ctrl K. */
export function Palette(props: { onClose: () => void; onKeys: () => void }) {
  const navigate = useNavigate();
  const can = useCan();
  const [text, setText] = createSignal("");
  const [at, setAt] = createSignal(0);
  const settled = debounced(() => text().trim(), 160);
  const [found] = createQuery({
    query: PaletteCampaigns,
    variables: () => ({ text: settled() }),
    pause: () => settled().length < 2 || !can("CAMPAIGN_READ"),
  });
  const commands = useCommands(() => props.onKeys());
  const campaigns = (): Command[] =>
    text().trim().length < 2
      ? []
      : (found.data?.campaigns.edges ?? []).map(({ node }) => ({
          group: "Campaigns",
          label: node.name,
          hint: sentence(node.status),
          run: () =>
            navigate(node.status === "DRAFT" ? `/campaigns/${node.id}/edit` : `/campaigns/${node.id}`),
        }));
  const hits = createMemo(() => [...matching(commands(), text()), ...campaigns()]);
  createEffect(on(text, () => setAt(0), { defer: true }));
  const run = (command: Command | undefined) => {
    if (!command) return;
    props.onClose();
    command.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step) {
      event.preventDefault();
      setAt((index) => (index + step + hits().length) % Math.max(1, hits().length));
      document.querySelector(`#palette-${at()}`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(hits()[at()]);
    }
  };
  return (
    <Root open onOpenChange={(open) => !open && props.onClose()}>
      <Portal>
        <Overlay class="veil" />
        <Content class={styles.palette}>
          <Title class="sr">Command palette</Title>
          <input
            role="combobox"
            aria-expanded="true"
            aria-controls="palette-list"
            aria-activedescendant={hits().length ? `palette-${at()}` : undefined}
            aria-label="Search pages, campaigns and actions"
            placeholder="Search pages, campaigns and actions"
            autocomplete="off"
            spellcheck={false}
            value={text()}
            onInput={(event) => setText(event.currentTarget.value)}
            onKeyDown={onKeyDown}
          />
          <Hits hits={hits()} at={at()} onPoint={setAt} onRun={run} />
          <Show when={!hits().length && !found.fetching}>
            <p class={styles.none}>Nothing matches “{text()}”.</p>
          </Show>
        </Content>
      </Portal>
    </Root>
  );
}

const Hits = (props: {
  hits: Command[];
  at: number;
  onPoint: (index: number) => void;
  onRun: (command: Command) => void;
}) => (
  <div id="palette-list" role="listbox" aria-label="Results" class={styles.hits}>
    <For each={props.hits}>
      {(command, index) => (
        <>
          <Show when={props.hits[index() - 1]?.group !== command.group}>
            <div class={styles.group} role="presentation">
              {command.group}
            </div>
          </Show>
          <div
            id={`palette-${index()}`}
            role="option"
            tabindex={-1}
            class={styles.hit}
            aria-selected={index() === props.at}
            onPointerMove={() => props.onPoint(index())}
            onClick={() => props.onRun(command)}
          >
            <span class="clip">{command.label}</span>
            <Show when={command.hint}>
              <kbd>{command.hint}</kbd>
            </Show>
          </div>
        </>
      )}
    </For>
  </div>
);
