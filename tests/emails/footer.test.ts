import { expect, test } from "vitest";
import { withFooter } from "../../domain/emails/index.js";

const mail = { subject: "Hello", html: "<html><body><p>Hi</p></BODY></html>", text: "Hi\n" };
const unsubscribeUrl = "https://mail.example.org/u/abc";
const OPENING = '<p style="margin-top:32px;font-size:12px;line-height:1.5;color:#6b6b6b">';
const LINK = `<a href="${unsubscribeUrl}" style="color:#6b6b6b">Unsubscribe</a>`;

test("postal address and way out stand at the end of both parts, inside the body, as text", () => {
  expect(withFooter(mail, { postalAddress: "Ada & Sons <Ltd>\n1 Main Street", unsubscribeUrl })).toEqual({
    subject: "Hello",
    html: `<html><body><p>Hi</p>${OPENING}Ada &amp; Sons &lt;Ltd&gt;<br>1 Main Street<br>${LINK}</p></BODY></html>`,
    text: `Hi\n\nAda & Sons <Ltd>\n1 Main Street\nUnsubscribe: ${unsubscribeUrl}\n`,
  });
});

test("without a body tag they come last; without an address the way out alone", () => {
  expect(withFooter({ ...mail, html: "<p>Hi</p>" }, { postalAddress: null, unsubscribeUrl }).html).toBe(
    `<p>Hi</p>${OPENING}${LINK}</p>`,
  );
});

test("a way out that the wording has is not added a second time", () => {
  const own = {
    ...mail,
    html: `<p><a href="${unsubscribeUrl}">No more</a></p>`,
    text: `No more: ${unsubscribeUrl}`,
  };
  expect(withFooter(own, { postalAddress: null, unsubscribeUrl })).toEqual(own);
});
