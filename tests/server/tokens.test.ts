import { createHmac, createSecretKey, generateKeyPairSync } from "node:crypto";
import { CompactSign, SignJWT, UnsecuredJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newId } from "../../domain/ids.js";
import { hashPassword } from "../../domain/users/index.js";
import { startApi, type Api, type Answer } from "../support/api.js";
import { makeTenant, makeUser } from "../support/database.js";
import { eventually } from "../support/eventually.js";
import { claimsOf, KNOWN_SECRET, nowSeconds, sign } from "../support/forge.js";

const PASSWORD = "correct horse battery";
let api: Api;
beforeAll(async () => {
  api = await startApi({ environment: { JWT_SECRET: KNOWN_SECRET } });
});
afterAll(() => api.close());

const asked = (authorization: string) => api.withHeader(authorization).ask("{ me { role } }");
const role = (answer: Answer) => (answer.data as { me?: { role: string } } | null)?.me?.role;

describe("A1 of all tokens only the good one is good", () => {
  test("the good one", async () => {
    expect(role(await asked(`Bearer ${await sign(claimsOf(api.people.ADMIN))}`))).toBe("ADMIN");
  });

  const admin = () => api.people.ADMIN;
  const good = () => sign(claimsOf(admin()));
  const parts = async () => (await good()).split(".") as [string, string, string];
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  /** A header of any content with a correct signature over it. */
  const signedBy = (header: object, secret: string | Buffer) => {
    const input = `${encode(header)}.${encode(claimsOf(admin()))}`;
    return `${input}.${createHmac("sha256", secret).update(input).digest("base64url")}`;
  };

  const bad: Record<string, () => Promise<string> | string> = {
    "alg none": () => new UnsecuredJWT(claimsOf(admin())).encode(),
    "alg None, with typ": () => `${encode({ alg: "None", typ: "at+jwt" })}.${encode(claimsOf(admin()))}.`,
    "alg nOnE with the signature of another": async () => {
      const [, payload, signature] = await parts();
      return `${encode({ alg: "nOnE", typ: "at+jwt" })}.${payload}.${signature}`;
    },
    "HS256 with the PEM of a public key": () => {
      const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
      return signedBy({ alg: "HS256", typ: "at+jwt" }, publicKey.export({ type: "spki", format: "pem" }));
    },
    "an empty key": () => signedBy({ alg: "HS256", typ: "at+jwt" }, ""),
    "HS512 with the right key": () =>
      new SignJWT(claimsOf(admin()))
        .setProtectedHeader({ alg: "HS512", typ: "at+jwt" })
        .sign(createSecretKey(Buffer.from(KNOWN_SECRET))),
    "RS256 with a key of one's own": () => {
      const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
      return new SignJWT(claimsOf(admin()))
        .setProtectedHeader({ alg: "RS256", typ: "at+jwt" })
        .sign(privateKey);
    },
    "kid with a path": () => signedBy({ alg: "HS256", typ: "at+jwt", kid: "../../dev/null" }, ""),
    "kid with SQL": () => signedBy({ alg: "HS256", typ: "at+jwt", kid: "x' union select 'key" }, "key"),
    "an embedded jwk": () =>
      signedBy(
        { alg: "HS256", typ: "at+jwt", jwk: { kty: "oct", k: Buffer.from("own").toString("base64url") } },
        "own",
      ),
    "a jku of one's own": () =>
      signedBy({ alg: "HS256", typ: "at+jwt", jku: "http://127.0.0.1:9/keys" }, "own"),
    "another key": () => sign(claimsOf(admin()), {}, "f".repeat(64)),
    "an unknown critical header": () =>
      signedBy({ alg: "HS256", typ: "at+jwt", crit: ["exotic"], exotic: 1 }, KNOWN_SECRET),
    "a changed payload": async () => {
      const [header, , signature] = await parts();
      return `${header}.${encode(claimsOf(admin()))}.${signature}`;
    },
    "a changed signature": async () => {
      const [header, payload, signature] = await parts();
      const other = signature.startsWith("A") ? "B" : "A";
      return `${header}.${payload}.${other}${signature.slice(1)}`;
    },
    expired: () => sign(claimsOf(admin(), { iat: nowSeconds() - 500, exp: nowSeconds() - 60 })),
    "no exp": () => sign(claimsOf(admin(), { exp: undefined })),
    "no iat": () => sign(claimsOf(admin(), { iat: undefined })),
    "no sub": () => sign(claimsOf(admin(), { sub: undefined })),
    "no sid": () => sign(claimsOf(admin(), { sid: undefined })),
    "no jti": () => sign(claimsOf(admin(), { jti: undefined })),
    "nbf ahead": () => sign(claimsOf(admin(), { nbf: nowSeconds() + 300 })),
    "iat ahead": () => sign(claimsOf(admin(), { iat: nowSeconds() + 300, exp: nowSeconds() + 900 })),
    "too old, with an exp far ahead": () =>
      sign(claimsOf(admin(), { iat: nowSeconds() - 3600, exp: nowSeconds() + 99_999_999 })),
    "another audience": () => sign(claimsOf(admin(), { aud: "elsewhere" })),
    "no audience": () => sign(claimsOf(admin(), { aud: undefined })),
    "another issuer": () => sign(claimsOf(admin(), { iss: "elsewhere" })),
    "another type": () => sign(claimsOf(admin()), { typ: "JWT" }),
    "no type": () => sign(claimsOf(admin()), { typ: undefined }),
    "a payload that is no object": () =>
      new CompactSign(Buffer.from('"text"'))
        .setProtectedHeader({ alg: "HS256", typ: "at+jwt" })
        .sign(createSecretKey(Buffer.from(KNOWN_SECRET))),
    "two parts": async () => (await parts()).slice(0, 2).join("."),
    "four parts": async () => `${await good()}.x`,
    "no signature": async () => `${(await parts()).slice(0, 2).join(".")}.`,
    junk: () => "junk",
    "eight thousand bytes": () => "x".repeat(8000),
    "sub that is somebody else": () => sign(claimsOf(admin(), { sub: api.people.USER.userId })),
    "the session of somebody else": () => sign(claimsOf(admin(), { sid: api.people.USER.sessionId })),
    "another tenant": async () => sign(claimsOf(admin(), { tid: await makeTenant(api.db.database) })),
    "a session that never was": () => sign(claimsOf(admin(), { sid: newId() })),
    "a session that is no id": () => sign(claimsOf(admin(), { sid: "' or true --" })),
  };

  test.each(Object.keys(bad))("%s is nobody's", async (name) => {
    const answer = await asked(`Bearer ${await bad[name]!()}`);
    expect(answer.status).toBe(401);
    expect(answer.errors.map((error) => error.extensions.code)).toEqual(["UNAUTHENTICATED"]);
    expect(answer.data).toBeNull();
  });

  test("a good token under another scheme, or twice, is nobody's", async () => {
    const token = await good();
    for (const header of [
      token,
      `Basic ${token}`,
      `Bearer ${token} ${token}`,
      `Bearer ${token}, Bearer ${token}`,
    ])
      expect((await asked(header)).status).toBe(401);
  });
});

describe("the database has the last word", () => {
  const person = async () => {
    const user = await makeUser(api.db.database, { tenantId: api.tenantId, role: "ADMIN" });
    return { user, header: `Bearer ${await api.tokenOf(user)}` };
  };

  test("Z12 a role in the token counts for nothing; a lost role is gone within 1.5 s", async () => {
    const { user } = await person();
    const header = `Bearer ${await sign(claimsOf(user, { role: "ADMIN", permissions: ["system:health"] }))}`;
    expect(role(await asked(header))).toBe("ADMIN");
    await api.db.sql("update membership set role = 'USER' where user_id = $1", [user.userId]);
    const codes = async () => {
      const answer = await api.withHeader(header).ask("{ health { status } }");
      return answer.errors.map((error) => error.extensions.code);
    };
    await eventually(codes, ([code]) => code === "FORBIDDEN", 1500);
  });

  test.each([
    ["revoked", "update session set revoked_at = now() where id = $1"],
    ["expired", "update session set expires_at = now() where id = $1"],
    [
      "of a suspended person",
      "update app_user set status = 'SUSPENDED' where id = (select user_id from session where id = $1)",
    ],
  ])("A5 the token of a session that is %s is refused within 1.5 s", async (_how, change) => {
    const { user, header } = await person();
    expect(role(await asked(header))).toBe("ADMIN");
    await api.db.sql(change, [user.sessionId]);
    await eventually(
      async () => (await asked(header)).status,
      (status) => status === 401,
      1500,
    );
  });
});

describe("the refresh cookie", () => {
  const post = (query: string, variables: object, headers: Record<string, string> = {}, url = api.url) =>
    fetch(`${url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ query, variables }),
    });
  const SIGN_IN = `mutation ($email: String!, $password: String!) { signIn(email: $email, password: $password) {
    __typename ... on SignInSuccess { accessToken expiresAt user { id email role } } } }`;
  const REFRESH = "mutation { refreshSession { __typename ... on RefreshSessionSuccess { accessToken } } }";

  async function withPassword(into: Api) {
    const user = await makeUser(into.db.database, { tenantId: into.tenantId });
    const hash = await hashPassword(PASSWORD);
    await into.db.sql("update app_user set password_hash = $2 where id = $1", [user.userId, hash]);
    return user;
  }

  test("A6 comes HttpOnly and SameSite=Strict, and never in the body; the access token opens me", async () => {
    const user = await withPassword(api);
    const response = await post(SIGN_IN, { email: user.email, password: PASSWORD });
    const [cookie, ...others] = response.headers.getSetCookie();
    expect(others).toEqual([]);
    const [pair, ...flags] = cookie!.split("; ");
    expect(pair).toMatch(/^postwatch_refresh=[\w-]{43}\.[\da-f-]{36}\.[\w-]{43}$/);
    expect(flags.filter((flag) => !flag.startsWith("Expires=")).toSorted()).toEqual([
      "HttpOnly",
      "Path=/",
      "SameSite=Strict",
    ]);
    const text = await response.text();
    for (const part of pair!.split("=")[1]!.split(".")) expect(text).not.toContain(part);
    const { signIn } = (
      JSON.parse(text) as { data: { signIn: { accessToken: string; expiresAt: string; user: object } } }
    ).data;
    expect(signIn.user).toEqual({ id: user.userId, email: user.email, role: "ADMIN" });
    expect(Date.parse(signIn.expiresAt) - Date.now()).toBeGreaterThan(590_000);
    expect(role(await asked(`Bearer ${signIn.accessToken}`))).toBe("ADMIN");
  });

  test("A6 behind https it has the __Host- name and is Secure", async () => {
    const secure = await startApi({ environment: { PUBLIC_URL: "https://mail.example.org" } });
    try {
      const user = await withPassword(secure);
      const response = await post(SIGN_IN, { email: user.email, password: PASSWORD }, {}, secure.url);
      const [cookie] = response.headers.getSetCookie();
      expect(cookie).toMatch(/^__Host-postwatch_refresh=/);
      expect(cookie!.split("; ")).toEqual(
        expect.arrayContaining(["Secure", "HttpOnly", "Path=/", "SameSite=Strict"]),
      );
      expect(cookie).not.toContain("Domain");
      expect(response.headers.get("strict-transport-security")).toBe("max-age=31536000; includeSubDomains");
    } finally {
      await secure.close();
    }
  });

  test("A4 neither token does the work of the other", async () => {
    const user = await withPassword(api);
    const signedIn = await post(SIGN_IN, { email: user.email, password: PASSWORD });
    const refresh = signedIn.headers.getSetCookie()[0]!.split(";")[0]!.split("=")[1]!;
    const { accessToken } = ((await signedIn.json()) as { data: { signIn: { accessToken: string } } }).data
      .signIn;
    expect((await asked(`Bearer ${refresh}`)).status).toBe(401);
    const answer = await post(REFRESH, {}, { cookie: `postwatch_refresh=${accessToken}` });
    expect(await answer.json()).toMatchObject({
      data: { refreshSession: { __typename: "InvalidCredentials" } },
    });
  });

  test("refreshing replaces it; signing out takes it away, and both tokens end", async () => {
    const user = await withPassword(api);
    const first = (await post(SIGN_IN, { email: user.email, password: PASSWORD })).headers
      .getSetCookie()[0]!
      .split(";")[0]!;
    const refreshed = await post(REFRESH, {}, { cookie: first });
    const second = refreshed.headers.getSetCookie()[0]!.split(";")[0]!;
    expect(second).not.toBe(first);
    const { accessToken } = (
      (await refreshed.json()) as { data: { refreshSession: { accessToken: string } } }
    ).data.refreshSession;
    expect(role(await asked(`Bearer ${accessToken}`))).toBe("ADMIN");
    const out = await post("mutation { signOut { __typename } }", {}, { cookie: second });
    expect(out.headers.getSetCookie()[0]).toMatch(/^postwatch_refresh=; .*Expires=Thu, 01 Jan 1970/);
    const again = await post(REFRESH, {}, { cookie: second });
    expect(await again.json()).toMatchObject({
      data: { refreshSession: { __typename: "InvalidCredentials" } },
    });
    await eventually(
      async () => (await asked(`Bearer ${accessToken}`)).status,
      (status) => status === 401,
      1500,
    );
  });
});
