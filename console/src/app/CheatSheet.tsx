import { For } from "solid-js";
import { Modal } from "../ui/dialogs";
import { navigation } from "./routes";
import styles from "./App.module.css";

const sections = [
  {
    title: "Anywhere",
    rows: [
      ["Ctrl K", "Search and run commands"],
      ["/", "Search in this list"],
      ["N", "New campaign"],
      ["T", "Light or dark"],
      ["Ctrl Z", "Take the last removal back"],
      ["?", "This sheet"],
      ["Esc", "Close what is open"],
    ],
  },
  {
    title: "Go to",
    rows: navigation.flatMap((group) =>
      group.entries.map((entry) => [`G ${entry.key.toUpperCase()}`, entry.label]),
    ),
  },
  {
    title: "Lists",
    rows: [
      ["J / K", "Next or previous row"],
      ["Enter", "Open the row"],
    ],
  },
  {
    title: "Campaign",
    rows: [
      ["S", "Schedule it, or change the time"],
      ["C", "Make a copy"],
    ],
  },
  {
    title: "Background jobs",
    rows: [
      ["X", "Select the row"],
      ["R", "Retry"],
      ["Delete", "Discard; Ctrl Z takes it back"],
    ],
  },
  {
    title: "Audit log",
    rows: [
      ["P", "Pause the live tail, or go on"],
      ["V", "Verify the record"],
    ],
  },
  {
    title: "System health",
    rows: [
      ["P", "Pause or go on"],
      ["[ / ]", "Shorter or longer range"],
      ["F", "For a wall screen, and back"],
    ],
  },
  { title: "Editor", rows: [["Ctrl S", "Save the draft"]] },
] as const;

/** All keys on one page. */
export const CheatSheet = (props: { onClose: () => void }) => (
  <Modal title="Keyboard shortcuts" onClose={props.onClose} width={560}>
    <div class={styles.cheats}>
      <For each={sections}>
        {(section) => (
          <section>
            <h3>{section.title}</h3>
            <dl>
              <For each={section.rows}>
                {([keys, what]) => (
                  <div>
                    <dt>{what}</dt>
                    <dd>
                      <For each={keys?.split(" ")}>
                        {(key) => (key === "/" && keys !== "/" ? <> / </> : <kbd>{key}</kbd>)}
                      </For>
                    </dd>
                  </div>
                )}
              </For>
            </dl>
          </section>
        )}
      </For>
    </div>
  </Modal>
);
