import { sentence } from "../../lib/format";
import { SortHeader, type Sort } from "../../ui/SortHeader";
import { mailabilityTones } from "../../ui/status";
import { Tag } from "../../ui/Tag";
import { Time } from "../../ui/Time";
import type { LeadRow } from "../leads.gql";
import { nameOf } from "../leads.model";
import styles from "../Leads.module.css";

export const LeadHead = (props: { sort: Sort; onSort: (text: string) => void }) => (
  <tr>
    <SortHeader field="EMAIL" label="Lead" sort={props.sort} onSort={props.onSort} />
    <th scope="col" data-wide>
      Company
    </th>
    <th scope="col" data-wide>
      Stage
    </th>
    <th scope="col">Mailability</th>
    <SortHeader wide field="CREATED_AT" label="Added" sort={props.sort} onSort={props.onSort} />
  </tr>
);

/** One lead; its name opens the panel. */
export const LeadLine = (props: { lead: LeadRow; open: boolean; onOpen: () => void }) => (
  <tr data-open={props.open ? "" : undefined}>
    <td class={styles.who}>
      <button type="button" class="rowlink clip" data-row onClick={() => props.onOpen()}>
        {nameOf(props.lead)}
      </button>
      <small class="clip">{props.lead.email}</small>
    </td>
    <td class={styles.company} data-wide>
      <div class="clip">{props.lead.company ?? <span class="dim">–</span>}</div>
      <small class="clip">{props.lead.title}</small>
    </td>
    <td data-wide>{sentence(props.lead.stage)}</td>
    <td>
      <Tag tone={mailabilityTones[props.lead.mailability]}>{sentence(props.lead.mailability)}</Tag>
    </td>
    <td class="dim" data-wide>
      <Time at={props.lead.createdAt} />
    </td>
  </tr>
);
