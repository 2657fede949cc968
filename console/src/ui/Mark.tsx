/** The postmark: rings of a cancellation stamp and its wave lines. */
export const Mark = () => (
  <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
    <circle cx="13" cy="16" r="10.5" />
    <circle cx="13" cy="16" r="6.5" />
    <path d="M19 10c2-1.6 4 1.6 6 0s4 1.6 6 0M21 16c2-1.6 3.5 1.6 5 0s3.5 1.6 5 0M19 22c2-1.6 4 1.6 6 0s4 1.6 6 0" />
  </svg>
);
