import type { WebSocket } from "ws";

/** How often a socket is asked whether its client is still there, and in how many turns all of them are. */
const TURNS = 12;
const TURN_MS = 1_000;

interface Watched {
  readonly socket: WebSocket;
  hasAnswered: boolean;
}

/**
 * Pings each socket every twelve seconds and cuts off whose client has not answered the last time. By turns, a twelfth
 * of them a second, one right after the other: a timer for each would wake the process for each.
 */
export class KeepAlive {
  private readonly turns = Array.from({ length: TURNS }, () => new Set<Watched>());
  private now = 0;
  private readonly timer = setInterval(() => this.takeTurn(), TURN_MS).unref();

  /** Its first ping is in twelve seconds. @returns what takes it off again */
  watch(socket: WebSocket): () => void {
    const watched: Watched = { socket, hasAnswered: true };
    const turn = this.turns[this.now]!;
    turn.add(watched);
    socket.on("pong", () => (watched.hasAnswered = true));
    return () => void turn.delete(watched);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private takeTurn(): void {
    this.now = (this.now + 1) % TURNS;
    for (const watched of this.turns[this.now]!) {
      const { socket } = watched;
      if (!watched.hasAnswered) socket.terminate();
      else if (socket.readyState === socket.OPEN) {
        watched.hasAnswered = false;
        socket.ping();
      }
    }
  }
}
