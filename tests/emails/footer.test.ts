import { expect, test } from "vitest";
import { withPostalAddress } from "../../domain/emails/index.js";

const mail = { subject: "Hello", html: "<html><body><p>Hi</p></BODY></html>", text: "Hi\n" };

test("the postal address stands at the end of both parts, inside the body, as text", () => {
  expect(withPostalAddress(mail, "Ada & Sons <Ltd>\n1 Main Street")).toEqual({
    subject: "Hello",
    html: '<html><body><p>Hi</p><p style="margin-top:32px;font-size:12px;line-height:1.5;color:#6b6b6b">Ada &amp; Sons &lt;Ltd&gt;<br>1 Main Street</p></BODY></html>',
    text: "Hi\n\nAda & Sons <Ltd>\n1 Main Street\n",
  });
});

test("a mail without a body tag gets it at its end; without an address nothing is added", () => {
  expect(withPostalAddress({ ...mail, html: "<p>Hi</p>" }, "Here").html).toMatch(
    /^<p>Hi<\/p><p style="[^"]+">Here<\/p>$/,
  );
  expect(withPostalAddress(mail, null)).toBe(mail);
});
