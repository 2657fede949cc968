/** What String.prototype.trim takes away, as the renderer does before it asks whether a field is filled. */
const BLANKS = `E'\\t\\n\\x0b\\f\\r \\u00a0\\u1680\\u2000\\u2001\\u2002\\u2003\\u2004\\u2005\\u2006\\u2007\\u2008\\u2009\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff'`;

/** SQL: the lead `lead` has nothing in the field that the row `asked` names by kind and name, as the renderer sees it. */
export const LACKS = (lead: string, asked: string): string =>
  `coalesce(btrim(case ${asked}.kind when 'CUSTOM' then ${lead}.custom_fields->>${asked}.name when 'STANDARD' then
     case ${asked}.name when 'email' then ${lead}.email when 'first_name' then ${lead}.first_name when 'last_name' then ${lead}.last_name
       when 'company' then ${lead}.company when 'title' then ${lead}.title when 'timezone' then ${lead}.timezone end end, ${BLANKS}), '') = ''`;

/** SQL: the share of a lead, from 0 to 1, by which it gets one of a step's wordings; as chooseVariant has it. */
export const SHARE = (lead: string, stepId: string): string =>
  `('x' || encode(substring(sha256(convert_to(${stepId} || ':' || ${lead}.id, 'UTF8')) for 6), 'hex'))::bit(48)::bigint / 281474976710656.0::float8`;
