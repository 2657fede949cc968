/** Where the audit log shows what a search finds, over all time. */
export const auditAddress = (query: string) => `/audit?range=all&q=${encodeURIComponent(query)}`;
