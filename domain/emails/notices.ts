import type { Notice } from "./emails.jobs.js";
import type { AlertFacts, NoticeFacts } from "./notices.queries.js";

/** A mail of the product itself, before it is composed. */
export interface NoticeMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

interface Wording {
  readonly subject: string;
  readonly lines: readonly string[];
  readonly action: { readonly label: string; readonly url: string } | null;
  readonly end: string;
}

const WORDINGS: Readonly<Record<Notice, (facts: NoticeFacts, url: string) => Wording>> = {
  INVITATION: ({ organisation, by }, url) => ({
    subject: `You are invited to ${organisation} on Postwatch`,
    lines: [
      `${by ?? "An administrator"} invites you to ${organisation} on Postwatch, where its e-mail campaigns are run.`,
      "Choose a password to begin. The link is good for 72 hours and for one use; opening it changes nothing.",
    ],
    action: { label: "Accept the invitation", url },
    end: "You did not expect this? Then do nothing: without you nothing happens.",
  }),
  PASSWORD_RESET: ({ organisation }, url) => ({
    subject: "Choose a new password for Postwatch",
    lines: [
      `Somebody, probably you, asked for a new password for your account at ${organisation}.`,
      "The link is good for one hour and for one use. Choosing a new password ends all your sessions.",
    ],
    action: { label: "Choose a new password", url },
    end: "It was not you? Then do nothing: your password stays as it is.",
  }),
  PASSWORD_CHANGED: ({ organisation }, url) => ({
    subject: "Your Postwatch password was changed",
    lines: [
      `The password of your account at ${organisation} was changed just now, and your other sessions were ended.`,
      "It was not you? Choose a new one at once, and tell your administrator.",
    ],
    action: { label: "Choose a new password", url },
    end: "It was you? Then there is nothing to do.",
  }),
  TOKEN_REUSED: ({ organisation }, url) => ({
    subject: "We ended one of your Postwatch sessions",
    lines: [
      `Somebody used the secret of one of your sessions at ${organisation} a second time, which happens when it was copied. We have ended that session for everybody who had it.`,
      "Sign in again to go on. If you do not know how that could come, choose a new password, which ends all your sessions, and tell your administrator.",
    ],
    action: { label: "Choose a new password", url },
    end: "Nothing else was changed.",
  }),
  ALERT: ({ organisation, alert }, url) => {
    const { rule, signal, value, limit, since } = told(alert);
    return {
      subject: `${rule}: ${value}`,
      lines: [
        `The alert rule “${rule}” of ${organisation} is broken since ${since}.`,
        `${signal}: ${value}. The limit is ${limit}.`,
      ],
      action: { label: "Look at the system's health", url },
      end: "You are told once more when it is over. Rules can be changed and muted on the same page.",
    };
  },
  ALERT_OVER: ({ organisation, alert }, url) => {
    const { rule, signal, value, limit, since, until } = told(alert);
    return {
      subject: `${rule}: over`,
      lines: [
        `What the alert rule “${rule}” of ${organisation} told you of is over: it lasted from ${since} until ${until}.`,
        `${signal} was ${value} when it began. The limit is ${limit}.`,
      ],
      action: { label: "Look at the system's health", url },
      end: "There is nothing to do.",
    };
  },
};

function told(alert: AlertFacts | undefined): AlertFacts {
  if (!alert) throw new TypeError("A mail about an alert needs the alert");
  return alert;
}

/** The wording of a notice, as text and as HTML. Names are data: they are escaped, never parsed. */
export function noticeMail(notice: Notice, facts: NoticeFacts, url: string): NoticeMail {
  const { subject, lines, action, end } = WORDINGS[notice](facts, url);
  const greeting = `Hello ${facts.name},`;
  const text = [
    greeting,
    ...lines,
    ...(action ? [`${action.label}:\n${action.url}`] : []),
    end,
    "Postwatch",
  ].join("\n\n");
  const button = action
    ? `<p style="margin:28px 0"><a href="${escape(action.url)}" style="background:#1d4fd8;color:#fff;padding:11px 18px;border-radius:6px;text-decoration:none;font-weight:600">${escape(action.label)}</a></p>
<p style="font-size:13px;color:#5b6270">Or copy this address into your browser:<br><span style="word-break:break-all">${escape(action.url)}</span></p>`
    : "";
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escape(subject)}</title></head>
<body style="margin:0;background:#f7f6f2;padding:32px 12px;font:15px/1.55 system-ui,'Segoe UI',Helvetica,Arial,sans-serif;color:#171a21">
<div style="max-width:520px;margin:auto;background:#fff;border:1px solid #e2e0d8;border-radius:12px;padding:32px">
<p style="margin-top:0;font-weight:600">Postwatch</p>
<p>${escape(greeting)}</p>
${lines.map((line) => `<p>${escape(line)}</p>`).join("\n")}
${button}
<p style="font-size:13px;color:#5b6270;margin-bottom:0">${escape(end)}</p>
</div></body></html>`;
  return { subject, text, html };
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escape = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character]!);
