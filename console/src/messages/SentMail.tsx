import { createQuery } from "@urql/solid";
import { createSignal, Show } from "solid-js";
import { useCan, useMe } from "../app/me";
import { offer } from "../lib/download";
import { Button } from "../ui/Button";
import { Problem } from "../ui/Problem";
import { QueryView } from "../ui/States";
import { ProofQuery, type Proof } from "./messages.gql";
import styles from "./Messages.module.css";

/** What exactly this person got, and the proof of it. Nothing is made before it is asked for. */
export function SentMail(props: { id: string; isSent: boolean }) {
  const [isOpen, setOpen] = createSignal(false);
  return (
    <section class={styles.sent} aria-label="What was sent">
      <Show
        when={isOpen()}
        fallback={
          <div>
            <Button onClick={() => setOpen(true)}>
              Show the mail{props.isSent ? " and its receipt" : ""}
            </Button>
          </div>
        }
      >
        <Opened id={props.id} isSent={props.isSent} />
      </Show>
    </section>
  );
}

function Opened(props: { id: string; isSent: boolean }) {
  const [result, refetch] = createQuery({
    query: ProofQuery,
    variables: () => ({ id: props.id }),
    requestPolicy: "network-only",
  });
  const can = useCan();
  // A message that was sent has a receipt; it is kept from whoever sees addresses in part.
  const isMasked = (message: Proof | null) => props.isSent && !message?.receipt && !can("LEAD_EXPORT");
  return (
    <QueryView of={result} retry={() => refetch({ requestPolicy: "network-only" })}>
      {(data) => (
        <>
          <Show
            when={data().message?.mail}
            fallback={
              <Problem
                tone="note"
                message={
                  isMasked(data().message)
                    ? "You see addresses in part only, so neither the mail nor its receipt is shown: both would tell the address. People who may export leads can see them."
                    : "The mail cannot be made again: the lead is erased, lacks what the mail asks for, or is shown to you in part only. Its digest stays in the receipt."
                }
              />
            }
          >
            {(mail) => <Mail mail={mail()} id={props.id} />}
          </Show>
          <Show when={data().message?.receipt}>
            {(receipt) => (
              <div>
                <Button
                  onClick={() =>
                    offer(
                      new Blob([`${JSON.stringify(fileOf(receipt()), null, 2)}\n`], {
                        type: "application/json",
                      }),
                      `receipt-${props.id}.json`,
                    )
                  }
                >
                  Download the signed receipt
                </Button>
              </div>
            )}
          </Show>
        </>
      )}
    </QueryView>
  );
}

const fileOf = ({ document, signature, keyId, publicKey }: NonNullable<Proof["receipt"]>) => ({
  document,
  signature,
  keyId,
  publicKey,
});

const frameStyle = "<style>body{margin:14px;font:14px/1.5 Arial,sans-serif;overflow-wrap:anywhere}</style>";

const verdictOf = ({ isAsSent, isLeadChanged }: NonNullable<Proof["mail"]>): string => {
  if (isAsSent)
    return "This is what was handed over, byte for byte: its SHA-256 is the one that was written down before it left.";
  return isLeadChanged
    ? "Made again from the version of the launch. It is not what was handed over byte for byte: the lead has been changed since."
    : "Made again from the version of the launch. Its bytes are not those that were handed over.";
};

/** Why the bytes are kept back: they hold the link by which the recipient says no more. */
function SourceKept() {
  const me = useMe();
  return (
    <p class={styles.verdict}>
      {me().viewedBy
        ? "The mail’s own bytes are not given to somebody who looks through another’s eyes: the recipient’s link to unsubscribe stands in them."
        : "The mail’s own bytes are for people who may change leads: the recipient’s link to unsubscribe stands in them."}
    </p>
  );
}

const Mail = (props: { mail: NonNullable<Proof["mail"]>; id: string }) => (
  <>
    <h3>{props.mail.subject}</h3>
    <p class={styles.verdict}>
      From {props.mail.fromName} &lt;{props.mail.fromEmail}&gt; to {props.mail.to}. {verdictOf(props.mail)}{" "}
      The link to unsubscribe is shown as a sample.
    </p>
    <iframe title="The mail" sandbox="" srcdoc={frameStyle + props.mail.html} />
    <Show when={props.mail.source} fallback={<SourceKept />}>
      {(source) => (
        <div>
          <Button
            onClick={() => {
              const bytes = Uint8Array.from(source(), (character) => character.charCodeAt(0));
              offer(new Blob([bytes], { type: "message/rfc822" }), `mail-${props.id}.eml`);
            }}
          >
            Download the mail
          </Button>
        </div>
      )}
    </Show>
  </>
);
