import { setViewed, startAnew, type Viewed } from "./session";

let origin = "";

const goTo = (address: string) => history.pushState(null, "", address);

/**
 * Looks through somebody's eyes, read only, from their first page on. From here on every request says whose eyes they
 * are, and the server decides; everything is fetched again.
 */
export function viewAs(person: Viewed) {
  origin = location.pathname + location.search;
  setViewed(person);
  goTo("/admin/overview");
  startAnew();
}

/** Looks with one's own eyes again, at the page where it began. */
export function stopViewing() {
  setViewed(undefined);
  goTo(origin);
  startAnew();
}
