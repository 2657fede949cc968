import { createSignal, lazy, Show, Suspense } from "solid-js";
import { useCan } from "../app/me";
import { plural } from "../lib/format";
import { onReturn } from "../lib/on-return";
import { useUrlState } from "../lib/url-state";
import { Button } from "../ui/Button";
import { Plus } from "../ui/icons";
import { PageHead } from "../ui/Layout";
import { PagedTable } from "../ui/PagedTable";
import { SearchBox } from "../ui/SearchBox";
import { Empty } from "../ui/States";
import { Tag } from "../ui/Tag";
import { LimitsCard } from "./LimitsCard";
import { SendersQuery, type Sender } from "./senders.gql";
import { stateTones, stateWord, used } from "./senders.model";
import styles from "./Senders.module.css";

const NewSenderModal = lazy(async () => ({ default: (await import("./NewSenderModal")).NewSenderModal }));
const SenderSheet = lazy(async () => ({ default: (await import("./SenderSheet")).SenderSheet }));

const summary = (total: number | undefined) =>
  total === undefined
    ? "Who campaigns are sent from, and how much each sends at most."
    : `${plural(total, "sender")}. A lead hears from one of a campaign’s senders only.`;

/** Who campaigns are sent from. */
export function SendersPage() {
  const url = useUrlState();
  const can = useCan();
  const [total, setTotal] = createSignal<number>();
  const [turn, setTurn] = createSignal(0);
  const again = () => setTurn((count) => count + 1);
  onReturn(again);
  const mayCreate = () => can("SYSTEM_SETTINGS_MANAGE");
  const withArchived = () => url.get("archived") !== "";
  const open = (sender: string) => url.set({ sender, new: undefined }, { push: true });
  const create = () => url.set({ new: "1" });
  return (
    <>
      <PageHead title="Senders" sub={summary(total())}>
        <Show when={mayCreate()}>
          <Button tone="primary" icon={Plus} onClick={create}>
            New sender
          </Button>
        </Show>
      </PageHead>
      <div class={styles.limits}>
        <LimitsCard />
      </div>
      <div class="filters">
        <SearchBox
          label="Search senders"
          placeholder="Search by name or address"
          value={url.get("q")}
          onValue={(q) => url.set({ q: q || undefined })}
        />
        <label class="check">
          <input
            type="checkbox"
            checked={withArchived()}
            onChange={(event) => url.set({ archived: event.currentTarget.checked ? "1" : undefined })}
          />
          Show archived senders
        </label>
      </div>
      <div class="card" data-flush>
        <PagedTable
          document={SendersQuery}
          variables={{
            filter: {
              text: url.get("q") || undefined,
              states: withArchived() ? ["ACTIVE", "PAUSED", "ARCHIVED"] : undefined,
            },
          }}
          connection={(data) => data.senders}
          noun="sender"
          label="Senders"
          columns={4}
          refresh={turn()}
          onTotal={(count) => !url.get("q") && !withArchived() && setTotal(count)}
          head={
            <tr>
              <th scope="col">Sender</th>
              <th scope="col" data-end data-wide>
                This hour
              </th>
              <th scope="col" data-end>
                Today
              </th>
              <th scope="col" data-end>
                State
              </th>
            </tr>
          }
          row={(sender) => (
            <Row
              sender={sender()}
              open={url.get("sender") === sender().id}
              onOpen={() => open(sender().id)}
            />
          )}
          empty={<Nothing search={url.get("q")} mayCreate={mayCreate()} onNew={create} />}
        />
      </div>
      <Suspense>
        <Show when={url.get("sender")}>
          {(id) => <SenderSheet id={id()} onChanged={again} onClose={() => url.set({ sender: undefined })} />}
        </Show>
        <Show when={url.get("new") && mayCreate()}>
          <NewSenderModal onMade={(id) => (again(), open(id))} onClose={() => url.set({ new: undefined })} />
        </Show>
      </Suspense>
    </>
  );
}

/** One sender; anywhere in the row opens the sheet, the name is what the keyboard stops at. */
const Row = (props: { sender: Sender; open: boolean; onOpen: () => void }) => (
  <tr data-open={props.open ? "" : undefined} class={styles.row}>
    <td class={styles.who}>
      <button type="button" class="rowlink clip" data-row={props.sender.id} onClick={() => props.onOpen()}>
        {props.sender.name}
      </button>
      <small class="clip">{props.sender.address}</small>
    </td>
    <td class="num" data-end data-wide>
      {used(props.sender.usedThisHour, props.sender.perHour)}
    </td>
    <td class="num" data-end>
      {used(props.sender.usedToday, props.sender.perDay)}
    </td>
    <td data-end>
      <Tag tone={stateTones[props.sender.state]}>{stateWord(props.sender.state)}</Tag>
    </td>
  </tr>
);

const Nothing = (props: { search: string; mayCreate: boolean; onNew: () => void }) => (
  <Show
    when={!props.search}
    fallback={<Empty title="No sender matches" text={`Nothing is called “${props.search}”.`} />}
  >
    <Empty
      title="No senders yet"
      text={
        props.mayCreate
          ? "A campaign without senders has the name and address of its details. With senders its leads are shared among them, and each keeps its own limits."
          : "A campaign without senders has the name and address of its details. Administrators make senders."
      }
    >
      <Show when={props.mayCreate}>
        <Button tone="primary" icon={Plus} onClick={() => props.onNew()}>
          New sender
        </Button>
      </Show>
    </Empty>
  </Show>
);
