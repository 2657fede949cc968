import type { Config } from "#platform/config.js";
import type { Product } from "./product.js";

/** What a person needs to know when everything runs. The password is shown once, when it was made. */
export function announce(config: Config, product: Product, seconds: number): string {
  const { services, credentials } = product;
  const url = config.http.publicUrl.endsWith(`:${config.http.port}`) ? product.url : config.http.publicUrl;
  const rows: [string, string][] = [
    ["Console", `${url}/admin`],
    ["Playground", `${url}/playground`],
    ["API", `${url}/graphql`],
    ...(services.catcherUrl
      ? ([
          ["Mail catcher", services.catcherUrl],
          ["SMTP", `${services.smtpUrl} (the catcher: nothing leaves this machine)`],
        ] as [string, string][])
      : ([["SMTP", withoutPassword(services.smtpUrl)]] as [string, string][])),
    ["Data and logs", config.home],
  ];
  if (credentials)
    rows.push(["Sign in as", credentials.email], ["Password", shown(config, credentials.password)]);
  const lines = rows.map(([name, value]) => `  ${name.padEnd(14)}${value}`);
  return [
    "",
    `  Postwatch is ready (${seconds.toFixed(1)} s)`,
    "",
    ...lines,
    "",
    "  Ctrl-C stops everything.",
    "",
  ].join("\n");
}

function shown(config: Config, password: string): string {
  return config.admin.password ? "the one of POSTWATCH_ADMIN_PASSWORD" : `${password} (shown only now)`;
}

function withoutPassword(url: string): string {
  const parsed = new URL(url);
  if (parsed.password) parsed.password = "***";
  return parsed.toString().replace(/\/$/, "");
}
