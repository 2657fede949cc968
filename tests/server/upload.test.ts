import { createHash } from "node:crypto";
import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checksum, startApi, type Api, type Caller } from "../support/api.js";
import { eventually } from "../support/eventually.js";

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const CSV = "email,first name\nada@example.org,Ada\ngrace@example.org,Grace\n";

async function upload(caller: Caller, query: string, content: string | null, field = "file") {
  const form = new FormData();
  if (content !== null) form.set(field, new Blob([content], { type: "text/csv" }), "leads.csv");
  else form.set("note", "no file");
  const speaker = await api.as(caller);
  const response = await speaker.fetch(`/api/imports?${query}`, { method: "POST", body: form });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const stored = (importId: unknown) =>
  api.db.sql<Record<string, unknown>>(
    `select b.status, b.file_name, b.policy, b.dry_run, b.mapping, b.bytes, encode(b.digest, 'hex') as digest, l.name as list,
       (select string_agg(convert_from(content, 'utf8'), '' order by position) from import_chunk where import_id = b.id) as content,
       (select count(*) from job where type = 'campaigns.importLeads' and payload->>'importId' = b.id::text) as jobs
     from import_batch b left join lead_list l on l.id = b.list_id where b.id = $1`,
    [importId],
  );

describe("POST /api/imports", () => {
  test("stores the file as it is and hands it to a worker", async () => {
    const mapping = encodeURIComponent('{"firstName":"first name"}');
    const answer = await upload(
      "MANAGER",
      `listName=Pioneers&policy=SKIP&mapping=${mapping}&fileName=leads.csv`,
      CSV,
    );
    expect(answer).toEqual({ status: 200, body: { importId: expect.any(String) } });
    expect(await stored(answer.body.importId)).toEqual([
      {
        status: "PENDING",
        file_name: "leads.csv",
        policy: "SKIP",
        dry_run: false,
        mapping: { firstName: "first name" },
        bytes: CSV.length,
        digest: createHash("sha256").update(CSV).digest("hex"),
        list: "Pioneers",
        content: CSV,
        jobs: 1,
      },
    ]);
  });

  test("the file's own name is kept when no other is given", async () => {
    const answer = await upload("ADMIN", "listName=Named", CSV);
    expect(await stored(answer.body.importId)).toMatchObject([{ file_name: "leads.csv" }]);
  });

  test.each([
    ["ANONYMOUS", 401, "UNAUTHENTICATED"],
    ["USER", 403, "FORBIDDEN"],
  ] as const)("is refused to %s, and nothing is stored", async (caller, status, code) => {
    const before = await checksum(api.db, ["event", "pending_event"]);
    const answer = await upload(caller, "listName=Secret", CSV);
    expect(answer).toMatchObject({ status, body: { code } });
    expect(await checksum(api.db, ["event", "pending_event"])).toBe(before);
    const denials = await api.db.sql(
      "select from event where action = 'auth.permission.denied' and targets->0->>'id' = 'POST /api/imports'",
    );
    expect(denials.length).toBe(caller === "USER" ? 1 : 0);
  });

  test.each([
    ["an unknown policy", "listName=A&policy=WIPE", CSV, "file", "policy"],
    ["a dry run that is neither true nor false", "listName=A&dryRun=maybe", CSV, "file", "dryRun"],
    ["a mapping that is no JSON", "listName=A&mapping=%7B", CSV, "file", "mapping"],
    ["an empty file", "listName=A", "", "file", "file"],
    ["a file in another field", "listName=A", CSV, "upload", "file"],
    ["no file", "listName=A", null, "file", "file"],
  ])(
    "%s is refused with 400, naming the field, and nothing is stored",
    async (_what, query, content, field, named) => {
      const before = await checksum(api.db);
      const answer = await upload("ADMIN", query, content, field);
      expect(answer).toMatchObject({ status: 400, body: { code: "BAD_USER_INPUT" } });
      const issues = answer.body.issues as { path: string[] }[];
      expect(issues.map((issue) => issue.path[0])).toEqual([named]);
      expect(await checksum(api.db)).toBe(before);
    },
  );

  test("a body that is no form is refused with 415", async () => {
    const response = await (
      await api.as("ADMIN")
    ).fetch("/api/imports?listName=A", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    expect(response.status).toBe(415);
  });

  test.each([
    ["a form without a boundary", "multipart/form-data", "--x", "must name its boundary"],
    ["an empty boundary", "multipart/form-data; boundary=", "--x", "must name its boundary"],
    ["a form that ends before its file", "multipart/form-data; boundary=x", "--x\r\n", "ends before"],
    [
      "a form that ends in the head of its file",
      "multipart/form-data; boundary=x",
      '--x\r\nContent-Disposition: form-data; name="fi',
      "ends before",
    ],
    [
      "a form that ends within its file",
      "multipart/form-data; boundary=x",
      '--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nemail\na@b.example\n',
      "ends before",
    ],
    [
      "a form that ends within a large file",
      "multipart/form-data; boundary=x",
      `--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n${"a@b.example\n".repeat(100_000)}`,
      "ends before",
    ],
  ])("%s is refused with 400, and nothing is stored", async (_what, type, body, sentence) => {
    const before = await checksum(api.db);
    const response = await (
      await api.as("ADMIN")
    ).fetch("/api/imports?listName=A", { method: "POST", headers: { "content-type": type }, body });
    expect([response.status, await response.json()]).toEqual([
      400,
      expect.objectContaining({ code: "BAD_USER_INPUT", message: expect.stringContaining(sentence) }),
    ]);
    expect(await checksum(api.db)).toBe(before);
  });

  /** The answer to an upload of which the rest comes `pauseMs` after its first half; null when the line broke. */
  async function halting(
    caller: Caller,
    query: string,
    pauseMs: number,
    bytes: number,
  ): Promise<number | null> {
    const { authorization } = await api.as(caller);
    return new Promise((resolve) => {
      const call = httpRequest(
        `${api.url}/api/imports?${query}`,
        {
          method: "POST",
          headers: {
            ...(authorization && { authorization }),
            "content-type": "multipart/form-data; boundary=x",
          },
        },
        (response) => {
          response.resume();
          response.once("end", () => resolve(response.statusCode ?? null));
        },
      );
      call.once("error", () => resolve(null));
      call.write('--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nemail\n');
      setTimeout(() => call.write("a".repeat(bytes)), pauseMs);
      setTimeout(() => call.end("\r\n--x--\r\n"), 2 * pauseMs);
    });
  }

  test.each([
    ["ADMIN", "policy=zzz", 400],
    ["USER", "listName=A", 403],
    ["ANONYMOUS", "listName=A", 401],
  ] as const)("%s with %s hears the refusal even while still writing", async (caller, query, status) => {
    const calls = Array.from({ length: 20 }, () => halting(caller, query, 30, 500_000));
    expect(await Promise.all(calls)).toEqual(calls.map(() => status));
  });

  test("a refused body that does not end is given up after two seconds", async () => {
    const started = performance.now();
    expect(await halting("ADMIN", "policy=zzz", 5_000, 10)).toBe(400);
    expect(performance.now() - started).toBeGreaterThan(1_900);
    expect(performance.now() - started).toBeLessThan(4_500);
  });

  /** Sends a file piece by piece. With `breakAfter` the line breaks then instead of ending; the answer is null. */
  async function stream(
    pieces: Iterable<Buffer>,
    breakAfter?: () => Promise<unknown>,
  ): Promise<number | null> {
    const { authorization } = await api.as("ADMIN");
    const boundary = "----pieces";
    const url = new URL(`${api.url}/api/imports?listName=Streamed`);
    return new Promise((resolve) => {
      const call = httpRequest(
        url,
        {
          method: "POST",
          headers: { authorization, "content-type": `multipart/form-data; boundary=${boundary}` },
        },
        (response) => {
          response.resume();
          resolve(response.statusCode ?? null);
        },
      );
      call.on("error", () => resolve(null));
      const closed = new Promise((over) => call.once("close", over));
      const send = async () => {
        call.write(
          `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="big.csv"\r\n\r\n`,
        );
        for (const piece of pieces)
          if (!call.destroyed && !call.write(piece))
            await Promise.race([new Promise((ready) => call.once("drain", ready)), closed]);
        await breakAfter?.();
        if (breakAfter) call.destroy();
        else call.end(`\r\n--${boundary}--\r\n`);
      };
      void send();
    });
  }

  function* rows(megabytes: number): Generator<Buffer> {
    yield Buffer.from("email\n");
    const piece = Buffer.alloc(1024 * 1024, "someone@example.org\n");
    for (let count = 0; count < megabytes; count += 1) yield piece;
  }

  test("an upload that breaks off leaves nothing behind", async () => {
    const before = await checksum(api.db);
    const unfinished = () =>
      api.db.sql("select from import_batch b join import_chunk c on c.import_id = b.id where bytes = 0");
    expect(await stream(rows(3), () => eventually(unfinished, (found) => found.length > 0))).toBeNull();
    await eventually(
      () => checksum(api.db),
      (now) => now === before,
    );
  });

  test("forty megabytes pass through without being held", { timeout: 60_000 }, async () => {
    const peak = { rss: 0 };
    const before = process.memoryUsage().rss;
    const watch = setInterval(() => (peak.rss = Math.max(peak.rss, process.memoryUsage().rss)), 20);
    expect(await stream(rows(40))).toBe(200);
    clearInterval(watch);
    const [batch] = await api.db.sql<{ bytes: number; chunks: number; largest: number }>(
      `select b.bytes, count(*) as chunks, max(length(c.content)) as largest from import_batch b
       join import_chunk c on c.import_id = b.id where b.bytes > 1000000 group by b.id`,
    );
    expect(batch).toEqual({ bytes: 40 * 1024 * 1024 + 6, chunks: 161, largest: 256 * 1024 });
    expect(peak.rss - before).toBeLessThan(120 * 1024 * 1024);
  });

  test("more than 200 MB is refused with 413 and leaves nothing behind", { timeout: 180_000 }, async () => {
    const before = await checksum(api.db);
    // The line may be cut before the answer is read: what counts is that nothing is kept.
    expect([413, null]).toContain(await stream(rows(201)));
    await eventually(
      () => checksum(api.db),
      (now) => now === before,
    );
  });
});
