import type { Introspected } from "../api/graphql";

export type Mailability = Introspected<"Mailability">;

export const mailabilities: readonly Mailability[] = [
  "MAILABLE",
  "UNSUBSCRIBED",
  "BOUNCED",
  "COMPLAINED",
  "INVALID",
  "ERASED",
];

export const sortFields = ["CREATED_AT", "EMAIL"] as const;

/** First and last name; the address where there is neither. */
export const nameOf = (lead: { firstName: string | null; lastName: string | null; email: string }) =>
  [lead.firstName, lead.lastName].filter(Boolean).join(" ") || lead.email;

/** What each mailability means for the person who asks why somebody gets no mail. */
export const mailabilityMeaning: Record<Mailability, string> = {
  MAILABLE: "May be mailed.",
  UNSUBSCRIBED: "Asked not to be mailed again.",
  BOUNCED: "The address does not exist any more.",
  COMPLAINED: "Marked a mail as spam.",
  INVALID: "The address cannot be mailed.",
  ERASED: "Their data has been erased.",
};
