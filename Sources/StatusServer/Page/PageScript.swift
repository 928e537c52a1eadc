extension Page {
    static let script = #"""
        "use strict";
        const shown = 200, history = [];
        const byId = (id) => document.getElementById(id);
        const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
        const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
        const exact = new Intl.NumberFormat("en", { minimumSignificantDigits: 2, maximumSignificantDigits: 3 });
        const three = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
        const percent = new Intl.NumberFormat("en", { style: "percent", maximumFractionDigits: 1 });
        const ratio = new Intl.NumberFormat("en", { style: "percent", maximumSignificantDigits: 2 });
        const isNumber = (value) => typeof value === "number" && Number.isFinite(value);
        const count = (value) =>
          !isNumber(value) ? "–" : Math.abs(value) < 1e5 ? whole.format(value) : short.format(value);
        const figure = (value) => isNumber(value) ? exact.format(value) : "–";
        const say = (id, text) => { const node = byId(id); if (node.textContent !== text) node.textContent = text; };

        function make(tag, className, text) {
          const node = document.createElement(tag);
          if (className) node.className = className;
          if (text !== undefined) node.textContent = text;
          return node;
        }
        function bytes(value) {
          if (!isNumber(value)) return "–";
          const units = ["B", "KiB", "MiB", "GiB", "TiB"];
          let step = 0;
          while (value >= 1024 && step < units.length - 1) { value /= 1024; step += 1; }
          return `${three.format(value)} ${units[step]}`;
        }
        function span(seconds) {
          if (!isNumber(seconds)) return "–";
          const s = Math.max(0, Math.floor(seconds));
          if (s < 60) return `${s} s`;
          if (s < 3600) return `${Math.floor(s / 60)} min`;
          if (s < 86400) return `${Math.floor(s / 3600)} h ${Math.floor(s % 3600 / 60)} min`;
          return `${Math.floor(s / 86400)} d ${Math.floor(s % 86400 / 3600)} h`;
        }
        function ago(milliseconds, now) {
          const node = make("time");
          if (!isNumber(milliseconds)) { node.textContent = "–"; return node; }
          const seconds = (now - milliseconds) / 1000;
          node.dateTime = node.title = new Date(milliseconds).toISOString();
          node.textContent = seconds < 2 ? "now" : `${span(seconds)} ago`;
          return node;
        }
        function fill(id, items, row) {
          byId(id).replaceChildren(...items.map(row));
          byId(`${id}-empty`).hidden = items.length > 0;
        }

        function clusterRow(cluster, largest, now) {
          const row = make("tr");
          const name = make("td");
          name.append(make("div", "label", cluster.label || "(no label yet)"));
          for (const text of cluster.representatives.slice(0, 2)) {
            const sample = make("div", "sample", text);
            sample.title = text;
            name.append(sample);
          }
          const share = make("td", "share");
          const bar = make("span", "bar"), inner = make("i");
          inner.style.width = `${largest > 0 ? 100 * cluster.share / largest : 0}%`;
          bar.setAttribute("aria-hidden", "true");
          bar.append(inner);
          share.append(bar, " ", make("b", "", percent.format(cluster.share)));
          const seen = make("td", "right");
          seen.append(ago(cluster.last_seen, now));
          row.append(make("td", "right", String(cluster.id)), name, share, make("td", "right", count(cluster.weight)),
            make("td", "right", figure(cluster.radius)), seen);
          return row;
        }
        function anomalyItem(anomaly, now) {
          const item = make("li"), head = make("div", "meta"), foot = make("div", "meta");
          const odds = isNumber(anomaly.tail) && anomaly.tail > 0 ? `1 in ${count(1 / anomaly.tail)}` : "";
          head.append(make("span", "badge bad", anomaly.reason), make("span", "", `score ${figure(anomaly.score)}`),
            make("span", "", odds), ago(anomaly.time, now));
          const near = isNumber(anomaly.cluster) ? `nearest: ${anomaly.cluster} ${anomaly.label}` : "no cluster near";
          const from = `${anomaly.topic}[${anomaly.partition}]@${anomaly.offset}`;
          foot.append(make("span", "", near), make("span", "", from));
          const text = make("div", "text", anomaly.text || "(no text)");
          text.title = anomaly.text;
          item.append(head, text, foot);
          return item;
        }
        function incidentItem(incident, now) {
          const item = make("li"), head = make("div", "meta"), foot = make("div", "meta");
          const alarms = incident.count === 1 ? "1 alarm" : `${count(incident.count)} alarms`;
          head.append(make("span", "badge bad", incident.reason), make("span", "", alarms));
          if (isNumber(incident.last)) head.append(ago(incident.last, now));
          const text = make("div", "text", incident.examples[0] || "(no text)");
          text.title = incident.examples.join("\n");
          foot.append(make("span", "", `cluster ${incident.cluster} ${incident.label}`));
          item.append(head, text, foot);
          return item;
        }
        function eventItem(event, now) {
          const item = make("li");
          item.append(make("span", "kind", event.kind), make("span", "what", event.text), ago(event.time, now));
          return item;
        }
        function partitionRow(partition) {
          const row = make("tr");
          row.append(make("td", "", `${partition.topic}[${partition.partition}]`),
            make("td", "right", whole.format(partition.position)),
            make("td", "right", isNumber(partition.end) ? whole.format(partition.end) : "–"),
            make("td", "right", count(partition.lag)));
          return row;
        }
        function spark(rate) {
          history.push(isNumber(rate) ? rate : 0);
          if (history.length > 60) history.shift();
          const top = Math.max(...history, 1);
          const at = (value, index) => `${(100 * index / 59).toFixed(2)},${(29 - 26 * value / top).toFixed(2)}`;
          const offset = 60 - history.length;
          const line = history.map((value, index) => at(value, index + offset));
          byId("spark").querySelector("polyline").setAttribute("points", line.join(" "));
          const start = (100 * offset / 59).toFixed(2);
          byId("spark").querySelector(".area").setAttribute("points", [`${start},30`, ...line, "100,30"].join(" "));
        }

        function showFigures(report) {
          const records = report.records, refused = records.dead_lettered + records.skipped;
          say("rate", count(report.records_per_second));
          spark(report.records_per_second);
          const known = report.partitions.filter((partition) => isNumber(partition.lag));
          say("lag", known.length ? count(known.reduce((sum, partition) => sum + partition.lag, 0)) : "–");
          say("lag-note", `${report.partitions.length} partition${report.partitions.length === 1 ? "" : "s"}`);
          say("assigned", count(records.assigned));
          say("assigned-note", `${bytes(report.bytes_per_second)}/s`);
          say("cluster-count", count(report.model.clusters));
          say("cluster-note", `model ${whole.format(report.model.version)}`
            + (isNumber(report.model.templates) ? `, ${count(report.model.templates)} templates` : ""));
          say("anomaly-count", count(records.anomalies));
          const flagged = records.assigned ? records.anomalies / records.assigned : 0;
          say("anomaly-note", records.assigned ? `${ratio.format(flagged)} of records` : "");
          say("refused", count(refused));
          say("refused-note", `${count(records.dead_lettered)} dead letters`);
          say("memory", bytes(report.memory.in_flight_bytes));
          say("memory-note", `of ${bytes(report.memory.ceiling_bytes)}`);
          byId("entity-tile").hidden = !report.entities;
          if (report.entities) {
            say("entity-count", count(report.entities.count));
            say("entity-note", `${count(report.entities.changes)} changes`);
          }
          byId("cache-tile").hidden = !(report.cache && report.cache.lookups);
          if (report.cache && report.cache.lookups) {
            say("cache-rate", ratio.format(report.cache.hits / report.cache.lookups));
            say("cache-note", bytes(report.cache.bytes));
          }
          const server = report.server;
          byId("server-tile").hidden = !server;
          if (server) {
            say("server-time", !server.answers ? "lost" : isNumber(server.mean_ms) ? `${count(server.mean_ms)} ms` : "–");
            say("server-note", `${count(server.requests)} requests, ${count(server.retries)} retries`);
          }
        }
        function show(report) {
          const now = Date.now();
          say("application", report.application || "centroidd");
          document.title = `${report.application || "centroidd"} – centroidd`;
          const state = byId("state");
          state.className = `pill ${!report.alive ? "bad" : report.ready ? "good" : "warn"}`;
          say("state", report.state);
          const model = report.model;
          const space = [model.space, model.dimension || "", model.metric].filter(Boolean).join(" ");
          const about = [`centroidd ${report.version}`, space, `up ${span(report.uptime)}`];
          say("about", about.filter(Boolean).join(" · "));
          const lost = report.server && !report.server.answers
            ? `${report.server.url} does not answer: ${report.server.problem}. Records wait for it.` : "";
          notice(report.ready ? lost : report.reasons.length ? `Not ready: ${report.reasons.join("; ")}` : lost);
          showFigures(report);
          const clusters = report.clusters.slice(0, shown);
          const largest = Math.max(0, ...clusters.map((cluster) => cluster.share));
          fill("clusters", clusters, (cluster) => clusterRow(cluster, largest, now));
          byId("clusters-more").hidden = report.model.clusters <= clusters.length;
          say("clusters-more", `The ${whole.format(clusters.length)} heaviest of ${whole.format(model.clusters)}.`);
          fill("incidents", report.incidents.slice(0, 20), (incident) => incidentItem(incident, now));
          fill("anomalies", report.anomalies.slice(0, 50), (anomaly) => anomalyItem(anomaly, now));
          fill("events", report.events.slice(0, 50), (event) => eventItem(event, now));
          fill("partitions", report.partitions, partitionRow);
        }
        function notice(text) {
          say("notice", text);
          byId("notice").hidden = text === "";
        }
        async function poll() {
          try {
            const answer = await fetch("status", { cache: "no-store" });
            if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
            show(await answer.json());
          } catch (error) {
            byId("state").className = "pill bad";
            say("state", "no answer");
            notice(`No report from the daemon (${error.message}). What you see is its last one.`);
          }
          setTimeout(poll, document.hidden ? 10000 : 2000);
        }
        poll();
        """#
}
