import { For, Index, Show } from "solid-js";
import type { CsvSample } from "../../lib/csv";
import { Card } from "../../ui/Layout";
import { Empty, Problem } from "../../ui/States";
import { assign, fields, type ColumnFields, type FieldName } from "./import.model";
import styles from "../Leads.module.css";

const choices = [
  ...fields.map(({ value, label }) => ({ value, label })),
  { value: "", label: "Custom field" },
];
const delimiterNames: Record<string, string> = { ",": "comma", ";": "semicolon", "\t": "tab", "|": "bar" };

/** The first rows as they will be read, and above each column the field it fills. */
export const MappingCard = (props: {
  sample: CsvSample | undefined;
  columns: ColumnFields;
  onColumns: (columns: ColumnFields) => void;
}) => (
  <Card
    title="How it is read"
    flush
    aside={props.sample && `Separated by ${delimiterNames[props.sample.delimiter]}`}
  >
    <Show
      when={props.sample}
      fallback={
        <Empty
          title="Nothing to look at yet"
          text="The first rows appear here, with the field that each column fills. You can correct it before anything is imported."
        />
      }
    >
      {(sample) => (
        <>
          <Show when={!props.columns.includes("email")}>
            <Problem tone="warn" message="No column is the e-mail address yet. Choose the one that is." />
          </Show>
          <div class="table-scroll" tabindex="0" role="region" aria-label="First rows of the file">
            <table class={`table ${styles.sample}`}>
              <thead>
                <tr>
                  <Index each={sample().header}>
                    {(name, at) => (
                      <th scope="col">
                        <span class="clip">{name() || `Column ${at + 1}`}</span>
                        <select
                          class="input"
                          data-compact
                          aria-label={`Field for the column ${name() || at + 1}`}
                          data-custom={props.columns[at] ? undefined : ""}
                          onChange={(event) =>
                            props.onColumns(
                              assign(props.columns, at, event.currentTarget.value as FieldName | ""),
                            )
                          }
                        >
                          <For each={choices}>
                            {(choice) => (
                              <option value={choice.value} selected={choice.value === props.columns[at]}>
                                {choice.label}
                              </option>
                            )}
                          </For>
                        </select>
                      </th>
                    )}
                  </Index>
                </tr>
              </thead>
              <tbody>
                <For each={sample().rows}>
                  {(row) => (
                    <tr>
                      <Index each={sample().header}>{(_, at) => <td class="clip">{row[at]}</td>}</Index>
                    </tr>
                  )}
                </For>
              </tbody>
            </table>
          </div>
          <p class={styles.samplenote}>
            {sample().rows.length
              ? `The first ${sample().rows.length} rows. A custom field is used in a mail as {{ custom.name }}.`
              : "There is a header and no row below it."}
          </p>
        </>
      )}
    </Show>
  </Card>
);
