import { For, type JSX } from "solid-js";

export interface Tab<Value extends string> {
  value: Value;
  label: string;
}

const step: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1 };

/** Views of one page. Arrow keys, Home and End move between the tabs. */
export function Tabs<Value extends string>(props: {
  label: string;
  tabs: readonly Tab<Value>[];
  value: Value;
  onValue: (value: Value) => void;
}) {
  const move = (event: KeyboardEvent & { currentTarget: HTMLElement }) => {
    const at = props.tabs.findIndex((tab) => tab.value === props.value);
    const count = props.tabs.length;
    const by = step[event.key];
    const to = by
      ? (at + by + count) % count
      : event.key === "Home"
        ? 0
        : event.key === "End"
          ? count - 1
          : -1;
    const tab = props.tabs[to];
    if (!tab) return;
    event.preventDefault();
    props.onValue(tab.value);
    event.currentTarget.querySelectorAll<HTMLElement>("[role=tab]")[to]?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label={props.label} onKeyDown={move}>
      <For each={props.tabs}>
        {(tab) => (
          <button
            type="button"
            role="tab"
            id={tabId(tab.value)}
            aria-controls={props.value === tab.value ? panelId(tab.value) : undefined}
            aria-selected={props.value === tab.value}
            tabindex={props.value === tab.value ? 0 : -1}
            onClick={() => props.onValue(tab.value)}
          >
            {tab.label}
          </button>
        )}
      </For>
    </div>
  );
}

const tabId = (value: string) => `tab-${value}`;
const panelId = (value: string) => `panel-${value}`;

/** What the chosen tab shows. */
export const TabPanel = (props: { value: string; children: JSX.Element }) => (
  <div role="tabpanel" id={panelId(props.value)} aria-labelledby={tabId(props.value)}>
    {props.children}
  </div>
);
