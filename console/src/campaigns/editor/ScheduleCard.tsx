import { For, Show } from "solid-js";
import { weekdayNames } from "../../lib/schedule-words";
import { zoneAt } from "../../lib/format";
import { TextField } from "../../ui/Field";
import { CircleAlert, Clock } from "../../ui/icons";
import { Card } from "../../ui/Layout";
import { Pills } from "../../ui/Pills";
import { Switch } from "../../ui/Switch";
import { HolidaysField } from "./HolidaysField";
import { draftWords, type DraftSchedule } from "./schedule.model";
import { ZoneField } from "./ZoneField";
import type { Editor } from "./use-editor";
import styles from "./Schedule.module.css";

const ways = [
  { value: "once", label: "At once" },
  { value: "window", label: "In a window" },
] as const;

/** When mail may leave and how much of it, with what it comes to in one sentence. */
export function ScheduleCard(props: { editor: Editor }) {
  const schedule = () => props.editor.draft.schedule;
  return (
    <Card title="When it is sent">
      <Pills
        label="When it is sent"
        options={ways}
        value={schedule().isWindow ? "window" : "once"}
        onValue={(way) =>
          props.editor.edit((draft) => void (draft.schedule.isWindow = way === "window"), "schedule")
        }
      />
      <p class={styles.words} role="status">
        <Clock size={14} aria-hidden="true" />
        {draftWords(schedule())}
      </p>
      <Show when={schedule().isWindow}>
        <Window editor={props.editor} schedule={schedule()} />
      </Show>
    </Card>
  );
}

function Window(props: { editor: Editor; schedule: DraftSchedule }) {
  const set = <Key extends keyof DraftSchedule>(key: Key, value: DraftSchedule[Key]) =>
    props.editor.edit((draft) => void (draft.schedule[key] = value), `schedule.${key}`);
  const error = (key: keyof DraftSchedule) => props.editor.errors()[`schedule.${key}`];
  const bind = (key: "from" | "until" | "endsAt") => ({
    name: `schedule.${key}`,
    get value() {
      return props.schedule[key];
    },
    get error() {
      return error(key);
    },
    onValue: (value: string) => set(key, value),
  });
  /** Digits alone: what else is typed is no number of mails, seconds or minutes. */
  const digits = (key: "perHour" | "perDay" | "gapSeconds" | "jitterMinutes") => ({
    name: `schedule.${key}`,
    inputmode: "numeric" as const,
    autocomplete: "off",
    maxlength: 9,
    optional: true,
    get value() {
      return props.schedule[key];
    },
    get error() {
      return error(key);
    },
    onBeforeInput: (event: InputEvent) => event.data && /\D/.test(event.data) && event.preventDefault(),
    onValue: (value: string) => set(key, value.replaceAll(/\D/g, "")),
  });
  return (
    <div class={`formgrid ${styles.window}`}>
      <ZoneField
        label="Time zone"
        name="schedule.timezone"
        hint={
          props.schedule.inLeadZone
            ? "For leads whose zone is not known, and for what a day is."
            : "The clock that counts for everybody."
        }
        value={props.schedule.timezone}
        error={error("timezone")}
        onValue={(zone) => set("timezone", zone)}
      />
      <div class={styles.leadzone}>
        <Switch
          label="Each lead’s own time"
          text="The hours are read on the clock of each lead."
          checked={props.schedule.inLeadZone}
          onChange={(isOn) => set("inLeadZone", isOn)}
        />
      </div>
      <Weekdays
        chosen={props.schedule.weekdays}
        error={error("weekdays")}
        onDays={(days) => set("weekdays", days)}
      />
      <TextField label="From" type="time" hint="The window opens." {...bind("from")} />
      <TextField label="Until" type="time" hint="It closes; 00:00 is the day’s end." {...bind("until")} />
      <HolidaysField
        name="schedule.holidays"
        dates={props.schedule.holidays}
        error={error("holidays")}
        onDates={(dates) => set("holidays", dates)}
      />
      <TextField
        label="At most an hour"
        placeholder="No limit"
        hint="Mails of this campaign."
        {...digits("perHour")}
      />
      <TextField
        label="At most a day"
        placeholder="No limit"
        hint="Counted in the time zone above."
        {...digits("perDay")}
      />
      <TextField
        label="Seconds between two mails"
        placeholder="None"
        hint="At least so long from one to the next."
        {...digits("gapSeconds")}
      />
      <TextField
        label="Spread by up to … minutes"
        placeholder="None"
        hint="Each lead a little later, always by the same."
        {...digits("jitterMinutes")}
      />
      <TextField
        label="Nothing after"
        type="datetime-local"
        optional
        hint={`In your time zone, ${zoneAt(new Date().toISOString())}. What has no place before is left out.`}
        {...bind("endsAt")}
      />
    </div>
  );
}

const Weekdays = (props: { chosen: readonly number[]; error?: string; onDays: (days: number[]) => void }) => (
  <div class="field" data-wide="" role="group" aria-label="Days of the week" aria-describedby="weekdays-note">
    <span class="label">Days of the week</span>
    <div class={styles.weekdays} data-key="schedule.weekdays" tabindex="-1">
      <For each={weekdayNames}>
        {(name, index) => (
          <button
            type="button"
            aria-pressed={props.chosen.includes(index() + 1)}
            aria-label={name}
            onClick={() =>
              props.onDays(
                props.chosen.includes(index() + 1)
                  ? props.chosen.filter((day) => day !== index() + 1)
                  : [...props.chosen, index() + 1].toSorted((a, b) => a - b),
              )
            }
          >
            {name.slice(0, 3)}
          </button>
        )}
      </For>
    </div>
    <Show
      when={props.error}
      fallback={
        <p class="hint" id="weekdays-note">
          On the others nothing leaves.
        </p>
      }
    >
      <p class="error" id="weekdays-note">
        <CircleAlert size={12} aria-hidden="true" />
        {props.error}
      </p>
    </Show>
  </div>
);
