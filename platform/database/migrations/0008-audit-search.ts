import { Migration } from "@mikro-orm/migrations";

/** What the search of the audit record stands on. */
export class AuditSearch extends Migration {
  override up(): void {
    for (const statement of [views, indices]) this.addSql(statement);
  }

  override isTransactional(): boolean {
    return true;
  }
}

const views = `
  create table audit_view (
    id uuid primary key,
    tenant_id uuid not null,
    user_id uuid not null,
    name text not null,
    query text not null,
    created_at timestamptz not null default now(),
    unique (tenant_id, user_id, name),
    foreign key (tenant_id, user_id) references membership (tenant_id, user_id)
  );
`;

const indices = `
  -- What went wrong is rare, and looked for.
  create index event_by_outcome on event (tenant_id, outcome, at desc, id desc) where outcome <> 'SUCCESS';
  create index event_by_kind on event (tenant_id, actor_kind, at desc, id desc) where actor_kind <> 'USER';
  create index event_by_session on event ((context ->> 'sessionId'), at desc) where (context ->> 'sessionId') is not null;
  -- Where many entries come from a network, the newest of them are a short walk.
  create index event_pii_by_time_and_ip on event_pii
    (tenant_id, at desc, event_id desc, (fields -> 'context.ip' ->> 1) text_pattern_ops) where fields ? 'context.ip';
  -- Any of the targets, not the first alone.
  create index event_by_any_target on event using gin (targets jsonb_path_ops);
`;
