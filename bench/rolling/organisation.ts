import { setTimeout as sleep } from "node:timers/promises";
import { newId, type Id } from "#domain/ids.js";
import type { Pool } from "pg";

/** Somebody who is signed in over the API, as callers are. */
export class Organisation {
  private constructor(
    private readonly url: string,
    readonly authorization: string,
    private readonly pool: Pool,
    private readonly tenantId: Id,
  ) {}

  static async signIn(url: string, pool: Pool, admin: { email: string; password: string }) {
    const { signIn } = await ask<{ signIn: { accessToken: string } }>(
      url,
      `mutation ($email: String!, $password: String!) {
        signIn(email: $email, password: $password) { ... on SignInSuccess { accessToken } } }`,
      admin,
    );
    const { rows } = await pool.query<{ id: Id }>("select id from tenant");
    return new Organisation(url, `Bearer ${signIn.accessToken}`, pool, rows[0]!.id);
  }

  /** A campaign to so many people, running. */
  async launch(people: number): Promise<string> {
    const listId = newId();
    await this.pool.query("insert into lead_list (id, tenant_id, name) values ($1, $2, 'Everybody')", [
      listId,
      this.tenantId,
    ]);
    await this.pool.query(
      `with person as (
         insert into lead (id, tenant_id, email, email_canonical, email_hash, source)
         select uuid_v7(), $1, address, address, sha256(convert_to(address, 'UTF8')), 'bench'
         from generate_series(1, $3::int) n, lateral (select 'lead-' || n || '@example.org' as address) a
         returning id)
       insert into lead_list_member (tenant_id, list_id, lead_id) select $1, $2, id from person`,
      [this.tenantId, listId, people],
    );
    const step = { delayMinutes: 0, subject: "News", html: "<p>News</p>" };
    const { createCampaign } = await this.ask<{ createCampaign: { campaign: { id: string } } }>(
      `mutation ($input: CreateCampaignInput!) {
        createCampaign(input: $input) { ... on CreateCampaignSuccess { campaign { id } } } }`,
      {
        input: {
          name: "Rolling",
          fromName: "Ada",
          fromEmail: "ada@example.com",
          audience: { listIds: [listId] },
          steps: [step],
        },
      },
    );
    const { id } = createCampaign.campaign;
    const { launchCampaign } = await this.ask<{ launchCampaign: { __typename: string } }>(
      "mutation ($id: ID!) { launchCampaign(id: $id) { __typename } }",
      { id },
    );
    if (launchCampaign.__typename !== "LaunchCampaignSuccess")
      throw new Error(`The campaign was not launched: ${launchCampaign.__typename}`);
    return id;
  }

  /** Until no job waits or runs and the campaign is over. */
  async settled(campaignId: string, withinMs: number): Promise<void> {
    const end = performance.now() + withinMs;
    for (;;) {
      const { rows } = await this.pool.query<{ open: number }>(
        `select (select count(*) from job where type = 'emails.sendTransactional' and state in ('WAITING', 'ACTIVE'))::int
           + (select count(*) from campaign where id = $1 and status <> 'COMPLETED')::int as open`,
        [campaignId],
      );
      if (rows[0]!.open === 0) return;
      if (performance.now() > end) throw new Error(`${rows[0]!.open} jobs or campaigns do not end.`);
      await sleep(250);
    }
  }

  private ask<T>(query: string, variables: object): Promise<T> {
    return ask<T>(this.url, query, variables, this.authorization);
  }
}

async function ask<T>(url: string, query: string, variables: object, authorization?: string): Promise<T> {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(authorization && { authorization }) },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data?: T; errors?: unknown };
  if (errors || !data) throw new Error(`${query.slice(0, 80)}: ${JSON.stringify(errors)}`);
  return data;
}
