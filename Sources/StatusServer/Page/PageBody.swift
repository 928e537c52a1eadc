extension Page {
    static let body = #"""
        <body>
        <header>
          <div class="title">
            <h1 id="application">centroidd</h1>
            <span id="state" class="pill" role="status">connecting</span>
          </div>
          <p id="about" class="muted"></p>
        </header>
        <p id="notice" class="notice" role="alert" hidden></p>
        <main>
          <section class="tiles" aria-label="Figures">
            <div class="tile wide">
              <span class="name">Records per second</span>
              <span id="rate" class="figure">–</span>
              <svg id="spark" viewBox="0 0 100 30" preserveAspectRatio="none" aria-hidden="true">
                <polygon class="area" points=""></polygon><polyline points=""></polyline>
              </svg>
            </div>
            <div class="tile"><span class="name">Lag</span><span id="lag" class="figure">–</span>
              <span id="lag-note" class="note"></span></div>
            <div class="tile"><span class="name">Assigned</span><span id="assigned" class="figure">–</span>
              <span id="assigned-note" class="note"></span></div>
            <div class="tile"><span class="name">Clusters</span><span id="cluster-count" class="figure">–</span>
              <span id="cluster-note" class="note"></span></div>
            <div class="tile"><span class="name">Anomalies</span><span id="anomaly-count" class="figure">–</span>
              <span id="anomaly-note" class="note"></span></div>
            <div class="tile"><span class="name">Refused</span><span id="refused" class="figure">–</span>
              <span id="refused-note" class="note"></span></div>
            <div class="tile"><span class="name">In flight</span><span id="memory" class="figure">–</span>
              <span id="memory-note" class="note"></span></div>
            <div class="tile" id="entity-tile" hidden><span class="name">Entities</span>
              <span id="entity-count" class="figure">–</span><span id="entity-note" class="note"></span></div>
            <div class="tile" id="cache-tile" hidden><span class="name">Cache hits</span>
              <span id="cache-rate" class="figure">–</span><span id="cache-note" class="note"></span></div>
            <div class="tile" id="server-tile" hidden><span class="name">Embedding server</span>
              <span id="server-time" class="figure">–</span><span id="server-note" class="note"></span></div>
          </section>

          <section class="card clusters" aria-labelledby="clusters-title">
            <h2 id="clusters-title">Clusters</h2>
            <div class="scroll" tabindex="0" role="region" aria-labelledby="clusters-title">
              <table>
                <thead><tr>
                  <th scope="col" class="right">Id</th><th scope="col">Label and typical records</th>
                  <th scope="col">Share</th><th scope="col" class="right">Weight</th>
                  <th scope="col" class="right">Radius</th><th scope="col" class="right">Last seen</th>
                </tr></thead>
                <tbody id="clusters"></tbody>
              </table>
            </div>
            <p id="clusters-empty" class="empty" hidden>No cluster yet. The first ones come with the first hundred or so
              records.</p>
            <p id="clusters-more" class="muted" hidden></p>
          </section>

          <div class="side">
            <section class="card" aria-labelledby="incidents-title">
              <h2 id="incidents-title">Open incidents</h2>
              <ol id="incidents" class="list"></ol>
              <p id="incidents-empty" class="empty" hidden>No cluster raises alarms at the moment.</p>
            </section>
            <section class="card" aria-labelledby="anomalies-title">
              <h2 id="anomalies-title">Latest anomalies</h2>
              <ol id="anomalies" class="list"></ol>
              <p id="anomalies-empty" class="empty" hidden>Nothing out of the ordinary so far.</p>
            </section>
            <section class="card" aria-labelledby="events-title">
              <h2 id="events-title">Events</h2>
              <ol id="events" class="list events"></ol>
              <p id="events-empty" class="empty" hidden>Nothing happened yet.</p>
            </section>
            <section class="card" aria-labelledby="partitions-title">
              <h2 id="partitions-title">Partitions</h2>
              <div class="scroll" tabindex="0" role="region" aria-labelledby="partitions-title">
                <table>
                  <thead><tr><th scope="col">Partition</th><th scope="col" class="right">Position</th>
                    <th scope="col" class="right">End</th><th scope="col" class="right">Lag</th></tr></thead>
                  <tbody id="partitions"></tbody>
                </table>
              </div>
              <p id="partitions-empty" class="empty" hidden>This instance owns no partition.</p>
            </section>
          </div>
        </main>
        <footer class="muted">Also here: <a href="status">status</a>, <a href="metrics">metrics</a>,
          <a href="readyz">readyz</a>, <a href="livez">livez</a>, <a href="version">version</a></footer>
        <noscript><p class="notice">This page needs JavaScript; the same data is at /status.</p></noscript>
        </body>
        """#
}
