// The list of uploads on a dossier's page: files and folders dropped or picked, three at a time, each with its own bar and
// its own answer; what a reload interrupted is shown again and goes on when the same files are dropped again.
(function () {
  "use strict";
  var PARALLEL = 3, LOOK_AGAIN = 3000, MOST_LOOKS = 40, CALM = 2000;
  var zone = document.getElementById("drop");
  if (!zone || !window.dangan) { return; }
  var list = document.getElementById("files"), summary = document.getElementById("upload-summary");
  var total = document.getElementById("upload-total"), totalBar = total.querySelector("progress");
  var cancelAll = document.getElementById("upload-cancel"), receiptLink = document.getElementById("upload-receipt");
  var type = document.getElementById("f-upload-type"), only = document.getElementById("upload-only");
  var nextSteps = document.getElementById("upload-next");
  var base = zone.dataset.uploads, key = "dangan.uploads." + zone.dataset.who + base;  // another person at this computer sees none of it
  var rows = {}, waiting = [], running = 0, looks = 0, batch = "", fresh = {}, timers = {}, ended = false;
  var STATES = { done: "已归档", duplicate: "重复", refused: "未收入" };

  function element(tag, className, text) {
    var made = document.createElement(tag);
    if (className) { made.className = className; }
    if (text) { made.textContent = text; }
    return made;
  }

  function size(bytes) {
    return bytes >= 1 << 20 ? (bytes / (1 << 20)).toFixed(1) + " MB" : bytes >= 1024 ? Math.ceil(bytes / 1024) + " KB" : bytes + " 字节";
  }

  function fingerprint(item) { return [item.path, item.file.size, item.file.lastModified].join(":"); }

  function row(job) {
    var made = element("li"), name = element("span", "name", job.path), side = element("span", "side");
    var bar = element("progress"), cancel = element("button", "plain cancel", "取消");
    bar.max = 100; bar.value = 0;
    bar.setAttribute("aria-label", job.path + " 的上传进度");
    cancel.type = "button";
    cancel.setAttribute("aria-label", "取消上传 " + job.path);
    cancel.addEventListener("click", function () { drop(job); });
    side.appendChild(element("span", "state", "等待中"));
    side.appendChild(cancel);
    [name, side, bar, element("div", "result")].forEach(function (part) { made.appendChild(part); });
    list.appendChild(made);
    job.row = made; job.sent = job.sent || 0;
    rows[job.fingerprint] = job;
    return job;
  }

  function part(job, selector) { return job.row.querySelector(selector); }
  function say(job, text) { part(job, ".state").textContent = text; }

  // --- what is to be sent ---

  function take(items) {
    if (!items.length) { return; }
    if (!batch || !open().length && !Object.keys(fresh).length) { batch = newBatch(); }
    items.forEach(function (item) {
      if (item.unreadable) { unreadable(item.path); return; }
      var print = fingerprint(item), known = rows[print];
      if (known && (known.over === "done" || known.over === "duplicate")) { known.row.classList.add("again"); say(known, STATES[known.over] + "（无需重传）"); return; }
      if (known && !known.over && known.file) { return; }
      if (known && known.over) { known.row.remove(); delete rows[print]; known = null; }
      var job = known || row({ path: item.path, fingerprint: print, size: item.file.size, batch: batch });
      job.file = item.file; job.type = type ? type.value : ""; job.batch = job.batch || batch; job.row.className = "";
      say(job, "等待中");
      fresh[print] = true;
      waiting.push(job);
    });
    keep();
    next();
  }

  function unreadable(path) {
    var job = row({ path: path, fingerprint: path + ":unreadable", size: 0 });
    refuse(job, "读不了这个文件或文件夹，请检查它是否还在、是否有权限。");
  }

  function newBatch() {
    var bytes = crypto.getRandomValues(new Uint8Array(9));
    return "web-" + Array.prototype.map.call(bytes, function (byte) { return (byte + 256).toString(16).slice(1); }).join("");
  }

  function next() {
    while (running < PARALLEL && waiting.length && !ended) { send(waiting.shift()); }
    count();
  }

  function send(job) {
    running += 1;
    job.sender = window.dangan.tus.send(base, job, {
      going: function () { job.row.className = ""; say(job, "上传中"); },
      announced: keep,
      progress: function (bytes) { progress(job, bytes); },
      received: function () { part(job, "progress").value = 100; say(job, "正在识别"); },
      waiting: function (seconds) { job.row.className = "cut"; say(job, "连接中断，" + seconds + " 秒后自动继续"); },
      done: function (view) { release(job); show(job, view); finished(job); },
      refused: function (message) { release(job); refuse(job, message); finished(job); },
      ended: function () { ended = true; release(job); stale(job, "登录已失效，请重新登录后再拖入"); count(); }
    });
  }

  function release(job) { running -= 1; job.sender = null; }

  function drop(job) {
    var sending = job.sender;
    waiting = waiting.filter(function (other) { return other !== job; });
    if (sending) { release(job); sending.cancel(); } else if (job.url && !job.over) { window.dangan.tus.remove(job.url); }
    job.row.remove();
    delete rows[job.fingerprint];
    delete fresh[job.fingerprint];
    keep();
    next();
    zone.focus();
  }

  // --- how it goes ---

  function progress(job, bytes) {
    job.sent = bytes;
    var share = job.size ? 100 * bytes / job.size : 100;
    part(job, "progress").value = share;
    say(job, share < 100 ? Math.floor(share) + "%" : "正在识别");
    later("total", tell, 200);
  }

  function show(job, view) {
    if (view.status === "refused") { refuse(job, view.message); if (view.receipt) { receipt(view.receipt); } return; }
    var over = view.status === "duplicate" ? "duplicate" : "done", result = part(job, ".result");
    settle(job, over);
    result.textContent = over === "duplicate" ? "与已有文件内容相同，没有重复保存：" : view.type + "（" + view.source + "）：";
    var link = element("a", "", view.title);
    link.href = view.document;
    result.appendChild(link);
    if (view.unconfirmed) { result.appendChild(document.createTextNode(" ")); result.appendChild(element("span", "tag src-open", "待确认")); }
    if (view.text) {
      var tag = element("span", "tag quiet", view.text);
      if (view.text_reason) { tag.title = view.text_reason; }
      result.appendChild(document.createTextNode(" "));
      result.appendChild(tag);
    }
    if (over === "done" && view.reasons && view.reasons.length) {
      var why = element("details"), reasons = element("ul");
      why.appendChild(element("summary", "", "识别依据"));
      view.reasons.forEach(function (reason) { reasons.appendChild(element("li", "", reason)); });
      why.appendChild(reasons);
      result.appendChild(why);
    }
    (view.checks || []).forEach(function (check) { result.appendChild(element("div", "check " + check.severity, check.text)); });
    if (over === "done" && view.alike) { result.appendChild(alike(view)); }
    job.pending = view.pending;
    job.row.classList.toggle("open-type", Boolean(view.unconfirmed));
    if (view.receipt) { receipt(view.receipt); }
  }

  // What is nearly the same as a paper that is there already may be its new version: a person decides, on the file's page.
  function alike(view) {
    var line = element("div", "check warning", "与“"), twin = element("a", "", view.alike.title);
    var decide = element("a", "", "去核对");
    twin.href = view.alike.url;
    decide.href = view.document + "#alike-1";
    line.appendChild(twin);
    line.appendChild(document.createTextNode("”近似（" + view.alike.percent + "%），可能是新版本。"));
    line.appendChild(decide);
    return line;
  }

  // A refusal for a marking may be a mistake: where to have it looked at again stands beside it.
  function refuse(job, message) {
    var result = part(job, ".result");
    settle(job, "refused");
    result.textContent = message || "没有被接受。";
    if (message && message.indexOf("密级标志") >= 0) {
      var link = element("a", "", "认为有误？申请复核");
      link.href = zone.dataset.secrecy;
      result.appendChild(document.createTextNode(" "));
      result.appendChild(link);
    }
  }

  function settle(job, over) {
    job.over = over; job.sent = job.size;
    job.row.className = over;
    part(job, "progress").value = 100;
    say(job, STATES[over]);
    part(job, ".cancel").hidden = true;
    part(job, ".result").textContent = "";
  }

  function stale(job, text) {
    job.row.className = "stale";
    job.file = null;
    part(job, "progress").value = job.size ? 100 * job.sent / job.size : 0;
    say(job, text);
  }

  function receipt(url) { receiptLink.hidden = false; receiptLink.querySelector("a").href = url; }

  function finished(job) {
    keep();
    next();
    if (job.over === "done") { later("materials", refresh, CALM); }
    if (!open().length && (Object.keys(rows).length)) { later("states", lookAgain, LOOK_AGAIN); }
  }

  function all() { return Object.keys(rows).map(function (print) { return rows[print]; }); }
  function open() { return all().filter(function (job) { return !job.over; }); }

  function count() {
    var busy = running || waiting.length, left = open();
    cancelAll.hidden = !left.length;
    tell();
    if (busy || !all().length) { return; }
    if (!left.length) { summary.textContent = "上传结束：" + outcome() + "。"; later("materials", refresh, 0); offer(); lead(); }
  }

  // Of forty files those matter that somebody has to look at: one click leaves only them.
  function offer() {
    var kinds = [["refused", "未收入"], ["duplicate", "重复"], ["open-type", "待确认"]].map(function (kind) {
      return { name: kind[0], label: kind[1], count: list.querySelectorAll("li." + kind[0]).length };
    }).filter(function (kind) { return kind.count; });
    only.hidden = !kinds.length;
    only.textContent = "";
    if (!kinds.some(function (kind) { return kind.name === list.dataset.only; })) { delete list.dataset.only; }
    kinds.unshift({ name: "", label: "全部", count: all().length });
    kinds.forEach(function (kind) {
      var chip = element("button", "chip", kind.label + " " + kind.count);
      chip.type = "button";
      chip.setAttribute("aria-pressed", String((list.dataset.only || "") === kind.name));
      chip.addEventListener("click", function () {
        if (kind.name) { list.dataset.only = kind.name; } else { delete list.dataset.only; }
        offer();
        only.querySelector("[aria-pressed=true]").focus();
      });
      only.appendChild(chip);
    });
  }

  // What the dossier still lacks, as soon as its list is up to date.
  function lead() {
    var head = document.querySelector("#materials [data-missing]"), missing = head ? Number(head.dataset.missing) : 0;
    nextSteps.hidden = false;
    nextSteps.querySelector("a").textContent = missing ? "本案卷还缺必备材料 " + missing + " 项" : "必备材料已齐全，查看清单";
  }

  function outcome() {
    var done = all(), of = function (over) { return done.filter(function (job) { return job.over === over; }).length; };
    var words = ["归档 " + of("done") + " 个"];
    if (of("duplicate")) { words.push("重复 " + of("duplicate") + " 个"); }
    if (of("refused")) { words.push("未收入 " + of("refused") + " 个"); }
    return words.join("，");
  }

  function tell() {
    var jobs = all(), left = open(), sent = 0, bytes = 0;
    jobs.forEach(function (job) { sent += Math.min(job.sent, job.size); bytes += job.size; });
    total.hidden = !jobs.length;
    totalBar.value = bytes ? 100 * sent / bytes : 100;
    total.querySelector("span").textContent = "共 " + jobs.length + " 个文件，已完成 " + (jobs.length - left.length) + " 个；" +
      size(sent) + " / " + size(bytes);
    if (left.length && (running || waiting.length)) { summary.textContent = "正在上传，请不要关闭页面；中断后重新拖入同一批文件即可继续。"; }
  }

  // --- the dossier beside it ---

  function refresh() {
    var materials = document.getElementById("materials");
    var counted = all().filter(function (job) { return job.over === "done"; }).length;
    if (!materials || !counted || materials.contains(document.activeElement)) { return; }
    var opened = Array.prototype.map.call(materials.querySelectorAll("details[id][open]"), function (d) { return d.id; });
    fetch(zone.dataset.refresh, { headers: { "X-Requested-With": "fetch" }, credentials: "same-origin" })
      .then(function (response) { return response.ok ? response.text() : Promise.reject(response.status); })
      .then(function (html) {
        materials.innerHTML = html;
        opened.forEach(function (id) { var d = document.getElementById(id); if (d) { d.open = true; } });
        materials.setAttribute("data-refreshed", String(counted));
        if (!open().length) { lead(); }
      })
      .catch(function () { if (!open().length) { summary.textContent += "材料清单没有自动更新，请刷新页面。"; } });
  }

  // A long text is read after its file is filed: whether it has any is known a little later.
  function lookAgain() {
    var unsure = all().filter(function (job) { return job.pending; });
    looks += 1;
    if (!unsure.length || looks > MOST_LOOKS) { return; }
    ask(batch).then(function (items) {
      items.forEach(function (view) { var job = rows[view.fingerprint]; if (job && job.pending) { show(job, view); } });
      later("states", lookAgain, LOOK_AGAIN);
    });
  }

  function later(name, work, pause) {
    if (timers[name]) { return; }
    timers[name] = setTimeout(function () { timers[name] = 0; work(); }, pause);
  }

  // --- over a reload ---

  function keep() {
    var left = open().map(function (job) { return { path: job.path, fingerprint: job.fingerprint, size: job.size, batch: job.batch }; });
    try {
      if (left.length || Object.keys(fresh).length) { localStorage.setItem(key, JSON.stringify({ batch: batch, left: left })); }
      else { localStorage.removeItem(key); }
    } catch { summary.textContent = "浏览器没有空间记住这批文件，请不要关闭页面。"; }
  }

  function remembered() {
    try { return JSON.parse(localStorage.getItem(key)) || {}; } catch { return {}; }
  }

  function ask(name) {
    return fetch(base + (name ? "?batch=" + encodeURIComponent(name) : ""), {
      headers: { "X-Requested-With": "fetch" }, credentials: "same-origin" })
      .then(function (response) { return response.ok ? response.json() : { items: [] }; })
      .then(function (answer) { return answer.items; }, function () { return []; });
  }

  // Unfinished uploads of any batch, the finished ones of the batch that was interrupted, and what had not even begun.
  function restore() {
    var kept = remembered(), left = kept.left || [];
    ask("").then(function (items) {
      var unfinished = items.filter(function (view) { return view.status === "receiving"; });
      var interrupted = left.length || unfinished.length ? kept.batch : "";
      items.reverse().forEach(function (view) {
        var ours = interrupted && view.batch === interrupted;
        if (view.status !== "receiving" && !ours || rows[view.fingerprint]) { return; }
        if (view.status === "refused" && !view.fingerprint) { return; }  // of a secret no name is kept; the receipt counts it
        var job = row({ path: view.path, fingerprint: view.fingerprint || view.id, size: view.size, sent: view.offset,
                        batch: view.batch, url: view.url });
        if (view.status === "receiving") { stale(job, "未完成，请重新拖入或选择这个文件以继续"); } else { show(job, view); }
      });
      left.forEach(function (job) { if (!rows[job.fingerprint]) { stale(row(job), "尚未开始，请重新拖入或选择这个文件"); } });
      if (interrupted) { batch = interrupted; }
      if (open().length) { summary.textContent = "上次上传没有完成：重新拖入同一文件夹，已传完的不会再传。"; }
      count();
    });
  }

  // --- the page ---

  ["picker", "folder-picker"].forEach(function (id) {
    var picker = document.getElementById(id);
    picker.addEventListener("change", function () { take(window.dangan.folders.picked(picker.files)); picker.value = ""; });
  });
  var folderButton = document.getElementById("pick-folder");
  folderButton.hidden = !("webkitdirectory" in document.createElement("input"));
  folderButton.addEventListener("click", function () { document.getElementById("folder-picker").click(); });
  cancelAll.addEventListener("click", function () { open().forEach(drop); });
  ["dragenter", "dragover"].forEach(function (name) {
    zone.addEventListener(name, function (event) { event.preventDefault(); zone.classList.add("over"); });
  });
  ["dragleave", "drop"].forEach(function (name) {
    zone.addEventListener(name, function (event) { event.preventDefault(); zone.classList.remove("over"); });
  });
  zone.addEventListener("drop", function (event) { window.dangan.folders.dropped(event.dataTransfer).then(take); });
  // A file dropped beside the zone must not replace the page.
  window.addEventListener("dragover", function (event) { event.preventDefault(); });
  window.addEventListener("drop", function (event) { event.preventDefault(); });
  window.addEventListener("beforeunload", function (event) { if (running || waiting.length) { event.preventDefault(); } });
  restore();
})();
