import { createSignal, Show } from "solid-js";
import { bytes } from "../../lib/format";
import { FileText, Upload, X } from "../../ui/icons";
import { Pills } from "../../ui/Pills";
import styles from "../Leads.module.css";

export type Source = { file: File } | { text: string };

const ways = [
  { value: "file", label: "File" },
  { value: "paste", label: "Paste" },
] as const;

/** A file by drop or dialog, or rows pasted as text. */
export function SourcePicker(props: {
  source: Source | undefined;
  onSource: (source: Source | undefined) => void;
}) {
  const [way, setWay] = createSignal<"file" | "paste">("file");
  const choose = (next: "file" | "paste") => {
    setWay(next);
    props.onSource(undefined);
  };
  const file = () => (props.source && "file" in props.source ? props.source.file : undefined);
  return (
    <>
      <Pills label="Where the rows come from" options={ways} value={way()} onValue={choose} />
      <Show
        when={way() === "file"}
        fallback={
          <textarea
            class={`input mono ${styles.paste}`}
            rows={8}
            aria-label="Rows to import"
            placeholder={"email,first name,company\nada@example.com,Ada,Northwind"}
            spellcheck={false}
            onInput={(event) => {
              const text = event.currentTarget.value;
              props.onSource(text.trim() ? { text } : undefined);
            }}
          />
        }
      >
        <Show when={file()} fallback={<DropZone onFile={(chosen) => props.onSource({ file: chosen })} />}>
          {(chosen) => <Chosen file={chosen()} onRemove={() => props.onSource(undefined)} />}
        </Show>
      </Show>
    </>
  );
}

function DropZone(props: { onFile: (file: File) => void }) {
  const [over, setOver] = createSignal(false);
  const take = (files: FileList | null | undefined) => {
    const first = files?.[0];
    if (first) props.onFile(first);
  };
  return (
    <label
      class={styles.drop}
      data-over={over() ? "" : undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer?.files);
      }}
    >
      <Upload size={20} aria-hidden="true" />
      <span>
        <b>Drop a CSV file here</b> or choose one
      </span>
      <small>Comma, semicolon or tab; UTF-8</small>
      <input
        type="file"
        accept=".csv,.tsv,.txt,text/csv,text/plain"
        aria-label="CSV file"
        onChange={(event) => take(event.currentTarget.files)}
      />
    </label>
  );
}

const Chosen = (props: { file: File; onRemove: () => void }) => (
  <div class={styles.chosen}>
    <FileText size={18} aria-hidden="true" />
    <span class="clip">
      <b>{props.file.name}</b> <small>{bytes(props.file.size)}</small>
    </span>
    <button type="button" class="icon" aria-label="Choose another file" onClick={() => props.onRemove()}>
      <X size={15} aria-hidden="true" />
    </button>
  </div>
);
