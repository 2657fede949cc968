import {
  eventsOfEnrollments,
  findEnrollments,
  type EnrollmentEventView,
  type PlaceOfLead,
} from "#domain/enrollments/index.js";
import type { Id } from "#domain/ids.js";
import { defineLoader } from "../loaders.js";
import { shownTo } from "../masking.js";
import { enrollmentOf, type Enrollment } from "./enrollment.type.js";

const SEPARATOR = ":";
/** The key of a lead's place. */
export const placeKey = ({ campaignId, leadId }: PlaceOfLead): string => `${campaignId}${SEPARATOR}${leadId}`;

export const enrollmentLoader = defineLoader<string, Enrollment>(async (op, keys) => {
  const places = keys.map((key) => {
    const [campaignId, leadId] = key.split(SEPARATOR);
    return { campaignId: campaignId!, leadId: leadId! };
  });
  const rows = await findEnrollments(op, op.tenantId, places);
  return new Map(rows.map((row) => [placeKey(row), enrollmentOf(row)]));
});

export const enrollmentEventsLoader = defineLoader<Id, EnrollmentEventView[]>(async (op, ids) => {
  const events = new Map<Id, EnrollmentEventView[]>(ids.map((id) => [id, []]));
  for (const event of await eventsOfEnrollments(op, op.tenantId, ids))
    events.get(event.enrollmentId)?.push(shownTo(op, event));
  return events;
});
