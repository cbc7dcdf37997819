/** Tickets for new connections, fetched from the server. */

import { RequestError } from "./protocol.js";

const TICKET_WITHIN_MS = 10_000;

/** Gives a `fetchTicket` for the client. */
export function createTicketFetcher(url, csrfToken) {
  return async () => {
    const response = await fetch(url, {
      method: "POST",
      headers: { "X-CSRFToken": csrfToken },
      signal: AbortSignal.timeout(TICKET_WITHIN_MS),
    });
    if (response.status === 403) throw new RequestError("auth.invalid");
    if (!response.ok) throw new Error(`ticket: ${response.status}`);
    return response.json();
  };
}
