/** A secret as it turns up in the text of an error, and the piece of it that must not be seen anywhere. */
export interface PlantedSecret {
  readonly what: string;
  readonly text: string;
  readonly secret: string;
}

const planted = (what: string, secret: string, around: (secret: string) => string): PlantedSecret => ({
  what,
  secret,
  text: around(secret),
});
const JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEtY2FuYXJ5In0.c2lnbmVkLWJ5LW5vYm9keQ";

/** ET-04: forty of them, one of each kind that this product and its neighbours have. */
export const PLANTED: readonly PlantedSecret[] = [
  planted("a password in JSON", "canary01-horse", (s) => `cannot read {"password":"${s}"}`),
  planted("a password in a form", "canary02-horse", (s) => `bad form email=x&password=${s}&next=1`),
  planted("a password in an assignment", "canary03 horse", (s) => `newPassword: '${s}' is too old`),
  planted("a quoted password", "canary04 horse", (s) => `the password "${s}" was used before`),
  planted("a passphrase", "canary05-horse", (s) => `key locked, passphrase=${s}`),
  planted("an access token", "canary06.token", (s) => `refused: accessToken=${s}`),
  planted("a refresh token", "Canary07xQ3vZ8kLmN2pR5tW9yB4dF6hJ1sA0uEgiKoM", (s) => `no session for ${s}`),
  planted("a reset token in a fragment", "canary08reset", (s) => `GET https://p.example/r#token=${s} failed`),
  planted("an invitation in a path", "canary09invite", (s) => `no page /admin/invitation#token=${s}`),
  planted("a token in a query", "canary10query", (s) => `fetch http://api.example/x?access_token=${s}&a=1`),
  planted("a JWT", JWT, (s) => `cannot verify ${s}`),
  planted("a bearer header", "canary12bearer", (s) => `authorization: Bearer ${s}`),
  planted("a bearer header in JSON", "canary13bearer", (s) => `{"authorization":"Bearer ${s}"}`),
  planted("basic authentication", "Y2FuYXJ5MTQ6eA==", (s) => `sent Basic ${s} to the proxy`),
  planted("a cookie header", "canary15cookie", (s) => `Cookie: theme=dark; refresh=${s}; a=b`),
  planted("a set-cookie header", "canary16cookie", (s) => `set-cookie: refresh=${s}; HttpOnly`),
  planted("a cookie in JSON", "canary17cookie", (s) => `{"cookie":"refresh=${s}"}`),
  planted("an API key header", "canary18key", (s) => `x-api-key: ${s}`),
  planted("an API key", "sk_live_canary19abcdef", (s) => `stripe says no to ${s}`),
  planted("a GitHub token", "ghp_canary20abcdefghijklmnop", (s) => `clone with ${s} failed`),
  planted("an AWS key id", "AKIACANARY21ABCDEFGH", (s) => `credential of ${s} expired`),
  planted("an AWS secret", "cAnary22/K7MDENG+bPxRfiCYEXAMPLEKEYabcd1", (s) => `signing with ${s} failed`),
  planted("a Slack token", "xoxb-canary23-abcdef", (s) => `posting as ${s} failed`),
  planted("a Google key", "AIzaCanary24abcdefghijklmnop", (s) => `maps refuse ${s}`),
  planted("an SMTP URL", "canary25smtp", (s) => `connect smtps://ada:${s}@mail.example.com:465 failed`),
  planted("a database URL", "canary26db", (s) => `connect postgresql://app:${s}@db.internal/main failed`),
  planted("a Redis URL", "canary27redis", (s) => `connect redis://:${s}@cache.internal:6379 failed`),
  planted("userinfo of a URL", "canary28user", (s) => `GET https://ada:${s}@api.example.com/x failed`),
  planted("an e-mail address", "canary29@example.org", (s) => `no lead ${s} in the list`),
  planted("a quoted address", "canary30 ada", (s) => `550 "${s}"@example.org unknown`),
  planted("a mail's HTML", "canary31 dear Ada", (s) => `cannot parse <p>${s}</p> <a href="x">y</a>`),
  planted("a mail's text in JSON", "canary32 dear Ada", (s) => `bad job {"text":"${s}","to":1}`),
  planted("a mail's subject", "canary33 dear Ada", (s) => `Subject: ${s}`),
  planted("a statement", "canary34", (s) => `insert into lead (name) values ('${s}') - null value in "id"`),
  planted("a condition", "canary35", (s) => `could not run select id from lead where name = '${s}'`),
  planted("a value PostgreSQL cannot read", "canary36", (s) => `invalid input syntax for type uuid: "${s}"`),
  planted("what is no JSON", "canary37", (s) => `Unexpected token 'c', "${s} {" is not valid JSON`),
  planted("a hash of a password", "$argon2id$v=19$m=47104$Y2FuYXJ5Mzg", (s) => `hash ${s} is malformed`),
  planted(
    "a private key",
    "Y2FuYXJ5Mzk",
    (s) => `-----BEGIN PRIVATE KEY-----\n${s}\n-----END PRIVATE KEY-----`,
  ),
  planted("a digest", "ca4a40ca4a40ca4a40ca4a40ca4a40ca4a40ca4a40", (s) => `no token with hash ${s}`),
];
