import { eventually } from "./eventually.js";

interface Caught {
  readonly id: string;
  readonly to: readonly string[];
  readonly subject: string;
}

/** The first link of the newest mail to somebody, as soon as the catcher has one with these words in its subject. */
export async function linkInMail(catcherUrl: string, to: string, subject: RegExp): Promise<string> {
  const find = async () => {
    const answer = await fetch(`${catcherUrl}/messages?limit=100`);
    const { messages } = (await answer.json()) as { messages: Caught[] };
    return messages.find((each) => each.to.includes(to) && subject.test(each.subject));
  };
  const mail = await eventually(find, (found) => found !== undefined);
  const { text } = (await (await fetch(`${catcherUrl}/messages/${mail!.id}`)).json()) as { text: string };
  const link = /https?:\/\/\S+/.exec(text)?.[0];
  if (!link) throw new Error(`No link in the mail:\n${text}`);
  return link;
}
