import { timingSafeEqual } from "node:crypto";
import { selfOf } from "../access/actor.js";
import { rolesWith } from "../access/roles.js";
import { InvalidCredentialsError } from "../errors.js";
import { newId, type Id } from "../ids.js";
import { statement, type Operation, type UnitOfWork } from "../operation.js";
import { lockUser } from "./person.js";
import { demandGoodPassword, hashPassword } from "./password.js";
import type { User } from "./user.entity.js";

export type TokenPurpose = "INVITATION" | "PASSWORD_RESET";

/** Whom a link is for. */
export interface OneTimeToken {
  readonly id: Id;
  readonly userId: Id;
  readonly tenantId: Id;
  readonly purpose: TokenPurpose;
}

const textArray = (texts: readonly string[]) => `array[${texts.map((text) => `'${text}'`).join()}]`;

/**
 * SQL: whoever made the link `t` may still do so. An invitation is good only while the one who invites is active and
 * may invite somebody with that role; a reset is asked for by anybody.
 */
export const IS_BACKED = `(t.purpose <> 'INVITATION' or t.created_by is null or exists (
  select from membership invited
    join membership inviter on inviter.tenant_id = invited.tenant_id and inviter.user_id = t.created_by
    join app_user backer on backer.id = inviter.user_id
  where invited.tenant_id = t.tenant_id and invited.user_id = t.user_id and backer.status = 'ACTIVE'
    and inviter.role = any(case invited.role when 'USER' then ${textArray(rolesWith("user:invite"))}
      else ${textArray(rolesWith("user:role"))} end)))`;

const RETIRE = statement<object>(
  "retire_one_time_tokens",
  `update one_time_token set used_at = now()
   where tenant_id = $1 and user_id = $2 and purpose = any($3::text[]) and used_at is null`,
);
const INSERT = statement<object>(
  "insert_one_time_token",
  `insert into one_time_token (id, tenant_id, user_id, purpose, created_by, expires_at)
   values ($1, $2, $3, $4, $5, now() + make_interval(hours => $6))`,
);
const SPEND = statement<object>(
  "spend_one_time_token",
  `update one_time_token t set used_at = now()
   where id = $1 and used_at is null and expires_at > now() and ${IS_BACKED} returning id`,
);
const VOUCH = statement<object>(
  "vouch_for_invitation",
  `update one_time_token set created_by = $3
   where tenant_id = $1 and user_id = $2 and purpose = 'INVITATION' and used_at is null`,
);
const OPEN = statement<OneTimeToken & { readonly expiresAt: string }>(
  "open_one_time_token",
  `select id, user_id as "userId", tenant_id as "tenantId", purpose, expires_at as "expiresAt" from one_time_token t
   where id = $1 and used_at is null and expires_at > now() and ${IS_BACKED}`,
);

/** Makes a link's row; earlier ones of the same person and purpose are good for nothing from now on. */
export async function mintOneTimeToken(
  op: UnitOfWork,
  wanted: { readonly userId: Id; readonly purpose: TokenPurpose; readonly hours: number },
  tenantId: Id = op.tenantId,
): Promise<Id> {
  const { userId, purpose, hours } = wanted;
  await op.query(RETIRE, [tenantId, userId, [purpose]]);
  const id = newId();
  await op.query(INSERT, [id, tenantId, userId, purpose, selfOf(op), hours]);
  return id;
}

/** Ends every open link of a person. */
export async function retireOneTimeTokens(
  op: UnitOfWork,
  userId: Id,
  tenantId: Id = op.tenantId,
): Promise<void> {
  await op.query(RETIRE, [tenantId, userId, ["INVITATION", "PASSWORD_RESET"]]);
}

/**
 * What stands in the link: the id, and 256 bits that only somebody with the installation's key can compute from it. The
 * database alone opens nothing.
 */
export function tokenOf(source: Pick<Operation, "mac">, id: Id): string {
  return `${Buffer.from(id.replaceAll("-", ""), "hex").toString("base64url")}.${source.mac("one-time token", id).toString("base64url")}`;
}

const FORM = /^([\w-]{22})\.[\w-]{43}$/;

/** The id in a genuine token; whether it is still good, only the database says. @throws InvalidCredentialsError */
export function idOfToken(source: Pick<Operation, "mac">, token: string): Id {
  const [, idPart] = FORM.exec(token) ?? [];
  if (!idPart) throw notGood();
  const hex = Buffer.from(idPart, "base64url").toString("hex");
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  // As text: base64 has spare bits, and only one spelling of a link is the link.
  const [given, right] = [Buffer.from(token), Buffer.from(tokenOf(source, id))];
  if (!timingSafeEqual(given, right)) throw notGood();
  return id;
}

/** From now on an open invitation stands on the word of whoever acts. */
export async function vouchForInvitation(op: UnitOfWork, userId: Id): Promise<void> {
  if (op.actor.kind === "USER") await op.query(VOUCH, [op.tenantId, userId, op.actor.userId]);
}

/**
 * The new password as it is stored, made before a transaction opens because it takes 60 ms; null for a link that is
 * not good any more, which is worth no work. @throws InvalidCredentialsError for what was never a link, InvalidInputError
 */
export async function hashForLink(
  op: Operation,
  link: { readonly token: string; readonly purpose: TokenPurpose },
  password: string,
): Promise<string | null> {
  const open = await findOpenToken(op, idOfToken(op, link.token));
  if (open?.purpose !== link.purpose) return null;
  demandGoodPassword(password, {});
  return hashPassword(password);
}

/**
 * Uses a link up: of many at the same time one succeeds. Whom it is for is locked first, as everywhere.
 * @throws InvalidCredentialsError
 */
export async function spendOneTimeToken(
  op: UnitOfWork,
  token: string,
  purpose: TokenPurpose,
): Promise<{ readonly user: User; readonly tenantId: Id }> {
  const open = await findOpenToken(op, idOfToken(op, token));
  const user = open?.purpose === purpose ? await lockUser(op, open.userId) : null;
  const [spent] = user ? await op.query(SPEND, [open!.id]) : [];
  if (!spent) throw notGood();
  return { user: user!, tenantId: open!.tenantId };
}

/** A link that is still good, for the mail that carries it; null when it is not. */
export async function findOpenToken(
  op: Pick<Operation, "query">,
  id: Id,
): Promise<(OneTimeToken & { readonly expiresAt: string }) | null> {
  return (await op.query(OPEN, [id]))[0] ?? null;
}

export const notGood = (): InvalidCredentialsError =>
  new InvalidCredentialsError(
    "The link is not valid any more: it was used, replaced or is too old. Ask for a new one.",
  );
