extension Page {
    static let style = #"""
        :root {
          --back: #f5f6f8; --card: #ffffff; --ink: #1b2330; --soft: #5b6676; --line: #e1e5ea; --track: #e9edf1;
          --accent: #0f766e; --accent-soft: #0f766e22; --good: #166534; --good-back: #dcfce7;
          --warn: #92400e; --warn-back: #fef3c7; --bad: #b42318; --bad-back: #fee4e2;
          --shadow: 0 1px 2px #1b233012;
          --mono: ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --back: #0f141b; --card: #171e27; --ink: #e5eaf1; --soft: #98a4b5; --line: #28323f; --track: #253040;
            --accent: #2dd4bf; --accent-soft: #2dd4bf26; --good: #86efac; --good-back: #14382a;
            --warn: #fcd34d; --warn-back: #3d2f0c; --bad: #fda29b; --bad-back: #45201d;
            --shadow: none;
          }
        }
        * { box-sizing: border-box; }
        [hidden] { display: none !important; }
        body {
          margin: 0 auto; padding: 20px clamp(12px, 3vw, 32px) 32px; max-width: 1440px; background: var(--back);
          color: var(--ink);
          font: 14px/1.45 system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif;
        }
        h1 { font-size: 22px; line-height: 1.2; margin: 0; letter-spacing: -0.01em; overflow-wrap: anywhere; }
        h2 { font-size: 13px; margin: 0; padding: 14px 16px 10px; font-weight: 650; }
        p { margin: 0; }
        a { color: var(--accent); }
        .muted, .note, .empty { color: var(--soft); }
        header { display: flex; flex-wrap: wrap; gap: 6px 16px; align-items: center; margin-bottom: 16px; }
        .title { display: flex; gap: 12px; align-items: center; }
        #about { margin-left: auto; font-size: 13px; }
        .pill, .badge {
          display: inline-block; padding: 2px 10px; border-radius: 999px; font-size: 12px; font-weight: 600;
          background: var(--track); color: var(--soft); white-space: nowrap;
        }
        .good { background: var(--good-back); color: var(--good); }
        .warn { background: var(--warn-back); color: var(--warn); }
        .bad { background: var(--bad-back); color: var(--bad); }
        .notice {
          background: var(--warn-back); color: var(--warn); border-radius: 10px; padding: 10px 16px;
          margin-bottom: 16px;
        }
        main { display: grid; grid-template-columns: minmax(0, 1.75fr) minmax(0, 1fr); gap: 16px; align-items: start; }
        .tiles {
          grid-column: 1 / -1; display: flex; flex-wrap: wrap; gap: 12px;
        }
        .tiles .tile { flex: 1 1 112px; }
        .tiles .tile.wide { flex: 2 1 220px; }
        .tile, .card {
          background: var(--card); border: 1px solid var(--line); border-radius: 12px; box-shadow: var(--shadow);
        }
        .tile[hidden] { display: none; }
        .tile { padding: 12px 14px; min-height: 92px; position: relative; overflow: hidden; }
        .tile span { display: block; position: relative; z-index: 1; }
        .name { color: var(--soft); font-size: 12px; }
        .figure { font-size: 24px; font-weight: 620; letter-spacing: -0.02em; font-variant-numeric: tabular-nums; }
        .note { font-size: 12px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
        #spark {
          position: absolute; right: 0; bottom: 0; width: 56%; height: 74%;
          mask-image: linear-gradient(to right, transparent, #000 40%);
        }
        #spark polyline {
          fill: none; stroke: var(--accent); stroke-width: 2; vector-effect: non-scaling-stroke; stroke-linejoin: round;
        }
        #spark .area { fill: var(--accent-soft); }
        .side { display: grid; gap: 16px; min-width: 0; }
        .scroll { overflow: auto; max-height: 70vh; }
        .scroll:focus-visible, a:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
        .side .scroll { max-height: 240px; }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
        th, td { text-align: left; padding: 8px 10px; vertical-align: top; }
        th:first-child, td:first-child { padding-left: 16px; }
        th:last-child, td:last-child { padding-right: 16px; }
        th {
          position: sticky; top: 0; background: var(--card); color: var(--soft); font-size: 12px; font-weight: 550;
          box-shadow: inset 0 -1px var(--line); white-space: nowrap; z-index: 1;
        }
        td { border-top: 1px solid var(--line); }
        tbody tr:first-child td { border-top: 0; }
        tbody tr:hover td { background: color-mix(in srgb, var(--accent) 5%, transparent); }
        .right { text-align: right; white-space: nowrap; }
        .label { font-weight: 600; overflow-wrap: anywhere; }
        .sample, .text {
          font-family: var(--mono); font-size: 12px; color: var(--soft); overflow: hidden; display: -webkit-box;
          -webkit-box-orient: vertical; -webkit-line-clamp: 1; overflow-wrap: anywhere;
        }
        .text { -webkit-line-clamp: 3; color: var(--ink); margin: 4px 0; }
        .share { min-width: 120px; white-space: nowrap; }
        .bar {
          display: inline-block; width: 72px; height: 8px; border-radius: 4px; background: var(--track);
          overflow: hidden;
        }
        .bar i { display: block; height: 100%; background: var(--accent); border-radius: 4px; }
        .share b { font-weight: 500; display: inline-block; min-width: 48px; text-align: right; }
        .list { list-style: none; margin: 0; padding: 0 16px 6px; max-height: 380px; overflow: auto; }
        .list li { border-top: 1px solid var(--line); padding: 9px 0; }
        .meta { display: flex; flex-wrap: wrap; gap: 2px 10px; align-items: center; }
        .meta { color: var(--soft); font-size: 12px; }
        .meta time { margin-left: auto; }
        .events { max-height: 300px; }
        .events li { display: grid; grid-template-columns: 5.6em minmax(0, 1fr) auto; gap: 10px; padding: 6px 0;
          align-items: baseline; }
        .events .kind { color: var(--soft); font-size: 12px; }
        .events .what { overflow-wrap: anywhere; }
        .events time { color: var(--soft); font-size: 12px; white-space: nowrap; }
        .empty { padding: 2px 16px 16px; }
        .scroll + .empty { padding-top: 14px; }
        #clusters-more { padding: 8px 16px 12px; }
        footer { margin-top: 20px; font-size: 12px; }
        @media (max-width: 860px) {
          main { grid-template-columns: minmax(0, 1fr); }
          #about { margin-left: 0; width: 100%; }
          .clusters th:nth-child(5), .clusters td:nth-child(5), .clusters th:nth-child(6), .clusters td:nth-child(6) {
            display: none;
          }
          .bar { width: 40px; }
          .share { min-width: 0; }
        }
        """#
}
