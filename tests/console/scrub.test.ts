import { expect, test } from "vitest";
import { scrub } from "../../console/src/api/scrub";
import { scrubberOf } from "../../platform/scrub";
import { PLANTED } from "../support/planted-secrets";

const scrubOfServer = scrubberOf([]);

test.each(PLANTED)(
  "ET-04 the console's scrubber takes $what, and says what the server's says",
  ({ text, secret }) => {
    expect(scrub(text)).not.toContain(secret);
    // The server's unit of work puts statements in front of reasons; no browser does.
    if (!/ - /.test(text)) expect(scrub(text)).toBe(scrubOfServer(text));
  },
);
