const SHAPES = {
  wait: <path d="M12 7v5l3.5 2" />,
  over: <path d="m8 12.5 2.8 2.8L16.2 9.5" />,
  ask: <path d="M9.6 9.6a2.4 2.4 0 1 1 3.4 2.2c-.7.3-1 .8-1 1.6M12 16.6v.1" />,
};

/** A mark beside a heading, which says the same in words. */
export function Icon({ shape }: { shape: keyof typeof SHAPES }) {
  return (
    <svg
      class="icon"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <circle cx="12" cy="12" r="9.5" />
      {SHAPES[shape]}
    </svg>
  );
}
