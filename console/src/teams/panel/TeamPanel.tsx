import { createQuery } from "@urql/solid";
import { createMemo, createRenderEffect, createSignal, Show } from "solid-js";
import { onReconnect } from "../../api/live";
import { useCan, useMe } from "../../app/me";
import { plural } from "../../lib/format";
import { onReturn } from "../../lib/on-return";
import { Button } from "../../ui/Button";
import { Sheet } from "../../ui/dialogs";
import { Archive, Pencil } from "../../ui/icons";
import { Empty, QueryView, Skeleton } from "../../ui/States";
import { Tag } from "../../ui/Tag";
import { Time } from "../../ui/Time";
import { TeamQuery, type TeamDetails } from "../teams.gql";
import { reachOf } from "../teams.model";
import { ArchiveModal } from "./ArchiveModal";
import { Members } from "./Members";
import { RenameTeam } from "./RenameTeam";
import styles from "../Teams.module.css";

const rows = () => [...document.querySelectorAll<HTMLElement>("[data-row]")];
const rowOf = (id: string) => rows().find((row) => row.dataset["row"] === id) ?? null;

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);

interface PanelProps {
  id: string;
  onMove: (id: string) => void;
  /** The list beside it may be out of date. */
  onChanged: () => void;
  onClose: () => void;
}

/** One team: its name, its people and its end. `j` and `k` go on to the next and the previous row. */
export function TeamPanel(props: PanelProps) {
  const [result, refetch] = createQuery({
    query: TeamQuery,
    variables: () => ({ id: props.id }),
    requestPolicy: "cache-and-network",
  });
  // When the focus goes back to the row, the address names no team any more.
  let lastId = "";
  createRenderEffect(() => (lastId = props.id));
  const load = () => refetch({ requestPolicy: "network-only" });
  onReturn(load);
  onReconnect(load);
  const again = () => (load(), props.onChanged());
  const team = () => (result.data?.team?.id === props.id ? result.data.team : undefined);
  const isGone = () =>
    (result.data && !result.data.team && !result.fetching) ||
    result.error?.graphQLErrors.some((each) => each.extensions["code"] === "NOT_FOUND");
  const move = (event: KeyboardEvent) => {
    const by = event.key === "j" ? 1 : event.key === "k" ? -1 : 0;
    if (!by || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const ids = rows().map((row) => row.dataset["row"] ?? "");
    const next = ids[ids.indexOf(props.id) + by];
    if (next && ids.includes(props.id)) props.onMove(next);
  };
  return (
    <Sheet
      title={
        <Show when={team()} fallback="Team">
          {(it) => <Heading team={it()} />}
        </Show>
      }
      onClose={props.onClose}
      onKeyDown={move}
      returnTo={() => rowOf(lastId)}
    >
      <Show
        when={!isGone()}
        fallback={
          <Empty
            title="There is no such team"
            text="You are not in it, or the address is mistyped. An administrator can add you."
          />
        }
      >
        <QueryView of={result} retry={load}>
          {() => (
            <Show when={team()?.id} keyed fallback={<Skeleton rows={8} />}>
              {(_id) => <Sections team={team() as TeamDetails} again={again} />}
            </Show>
          )}
        </QueryView>
      </Show>
    </Sheet>
  );
}

const Heading = (props: { team: TeamDetails }) => (
  <span class={styles.heading}>
    <span>{props.team.name}</span>
    <Show when={props.team.isArchived}>
      <Tag>Archived</Tag>
    </Show>
  </span>
);

function Sections(props: { team: TeamDetails; again: () => void }) {
  const me = useMe();
  const can = useCan();
  const [renaming, setRenaming] = createSignal(false);
  const [archiving, setArchiving] = createSignal(false);
  const reach = createMemo(() => reachOf(me(), can, props.team));
  let rename: HTMLButtonElement | undefined;
  const closeForm = () => {
    setRenaming(false);
    rename?.focus();
  };
  return (
    <div class={styles.sections}>
      <p class={styles.facts}>
        {plural(props.team.memberCount, "member")} · created <Time at={props.team.createdAt} />
      </p>
      <Show when={renaming()}>
        <RenameTeam team={props.team} again={props.again} onClose={closeForm} />
      </Show>
      <Show when={can("TEAM_MANAGE")}>
        <div hidden={renaming()}>
          <div class="actions">
            <Button
              ref={(element) => (rename = element)}
              icon={Pencil}
              aria-disabled={reach().rename ? "true" : undefined}
              title={reach().rename}
              aria-describedby={reach().rename ? "team-reach" : undefined}
              onClick={() => !reach().rename && setRenaming(true)}
            >
              Rename
            </Button>
            <Button
              icon={Archive}
              aria-disabled={reach().archive ? "true" : undefined}
              title={reach().archive}
              aria-describedby={reach().archive ? "team-reach" : undefined}
              onClick={() => !reach().archive && setArchiving(true)}
            >
              Archive
            </Button>
          </div>
          <Show when={reach().rename}>
            {(why) => (
              <p id="team-reach" class={styles.why}>
                {why()}
              </p>
            )}
          </Show>
        </div>
      </Show>
      <Members team={props.team} reach={reach()} again={props.again} />
      <Show when={archiving()}>
        <ArchiveModal team={props.team} again={props.again} onClose={() => setArchiving(false)} />
      </Show>
    </div>
  );
}
