import { useNavigate } from "@solidjs/router";
import { useClient } from "@urql/solid";
import { createEffect, createSignal, on, Show } from "solid-js";
import { failureOf, failureOfError } from "../../api/failure";
import { sampleCsv, type CsvSample } from "../../lib/csv";
import { Button } from "../../ui/Button";
import { TextField } from "../../ui/Field";
import { Card } from "../../ui/Layout";
import { Problem } from "../../ui/States";
import { guessFields, listNameOf, mappingOf, type ColumnFields } from "./import.model";
import { StartImport } from "./imports.gql";
import { MappingCard } from "./MappingCard";
import { SourcePicker, type Source } from "./SourcePicker";
import { uploadImport } from "./upload";
import styles from "../Leads.module.css";

const sampleBytes = 65_536;

type Policy = "UPDATE" | "SKIP";

async function sampleOf(source: Source): Promise<CsvSample | undefined> {
  const text = "file" in source ? await source.file.slice(0, sampleBytes).text() : source.text;
  return sampleCsv(text);
}

/** Chooses a file or text, shows how it will be read, and starts the import. */
export function ImportForm() {
  const navigate = useNavigate();
  const client = useClient();
  const [source, setSource] = createSignal<Source>();
  const [sample, setSample] = createSignal<CsvSample>();
  const [columns, setColumns] = createSignal<ColumnFields>([]);
  const [listName, setListName] = createSignal("");
  const [policy, setPolicy] = createSignal<Policy>("UPDATE");
  const [dryRun, setDryRun] = createSignal(false);
  const [sent, setSent] = createSignal<number>();
  const [problem, setProblem] = createSignal<string>();

  createEffect(
    on(source, async (chosen) => {
      setProblem(undefined);
      const read = chosen && (await sampleOf(chosen));
      if (chosen !== source()) return;
      setSample(read);
      setColumns(guessFields(read?.header ?? []));
      if (chosen && "file" in chosen && !listName()) setListName(listNameOf(chosen.file.name));
    }),
  );
  const options = () => ({
    listName: listName().trim(),
    policy: policy(),
    dryRun: dryRun(),
    mapping: mappingOf(sample()?.header ?? [], columns()),
  });
  const paste = async (text: string) => {
    const input = { csv: text, ...options(), listName: options().listName || undefined };
    const result = await client.mutation(StartImport, { input }).toPromise();
    const outcome = result.data?.startImport;
    if (outcome?.kind === "StartImportSuccess") return { importId: outcome.import.id };
    const refused = result.error ? failureOfError(result.error) : failureOf(outcome ?? {});
    return { message: refused.issues[0]?.message ?? refused.message };
  };
  const start = async () => {
    const chosen = source();
    if (!chosen) return setProblem("Choose a file or paste rows first.");
    setProblem(undefined);
    setSent(0);
    const outcome =
      "file" in chosen ? await uploadImport(chosen.file, options(), setSent) : await paste(chosen.text);
    setSent(undefined);
    if ("importId" in outcome) navigate(`/leads/import/${outcome.importId}`);
    else setProblem(outcome.message);
  };
  return (
    <div class={styles.importer}>
      <Card title="File">
        <SourcePicker source={source()} onSource={setSource} />
        <div class={styles.importfields}>
          <TextField
            label="List"
            name="listName"
            autocomplete="off"
            hint="A new name makes a new list; an existing one is added to."
            value={listName()}
            onValue={setListName}
          />
          <PolicyField policy={policy()} onPolicy={setPolicy} />
          <label class="check">
            <input
              type="checkbox"
              checked={dryRun()}
              onChange={(event) => setDryRun(event.currentTarget.checked)}
            />
            <span>
              Dry run <small>checks every row and changes nothing</small>
            </span>
          </label>
        </div>
        <Show when={problem()}>{(message) => <Problem message={message()} />}</Show>
        <div class={styles.importstart}>
          <Button tone="primary" busy={sent() !== undefined} onClick={() => void start()}>
            {label(sent(), dryRun())}
          </Button>
        </div>
      </Card>
      <MappingCard sample={sample()} columns={columns()} onColumns={setColumns} />
    </div>
  );
}

function label(sent: number | undefined, dryRun: boolean): string {
  if (sent !== undefined) return sent > 0 && sent < 1 ? `Uploading ${Math.round(sent * 100)}%` : "Starting";
  return dryRun ? "Start the dry run" : "Start the import";
}

const policies: { value: Policy; label: string; hint: string }[] = [
  { value: "UPDATE", label: "Update", hint: "fills in what the file brings" },
  { value: "SKIP", label: "Skip", hint: "leaves the lead as it is" },
];

const PolicyField = (props: { policy: Policy; onPolicy: (policy: Policy) => void }) => (
  <fieldset class="field">
    <legend class="label">When the address is already a lead</legend>
    <div class={styles.policies}>
      {policies.map((each) => (
        <label class="check">
          <input
            type="radio"
            name="policy"
            checked={props.policy === each.value}
            onChange={() => props.onPolicy(each.value)}
          />
          <span>
            {each.label} <small>{each.hint}</small>
          </span>
        </label>
      ))}
    </div>
  </fieldset>
);
