# drain.sh - sourced by bench.sh: a queue that drains to the platform, against curl that uploads the same packed
# batches to nginx over mutual TLS; and from an append to its acknowledgement.
# shellcheck shell=bash disable=SC2154,SC2034

drain_rows_max=50000
drain_body_bytes=300

# A server that keeps bytes and checks nothing but the client's certificate.
start_nginx() {
    local port
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    mkdir -p "$work/nginx/up"
    cat >"$work/nginx/nginx.conf" <<CONF
user root;
daemon off;
worker_processes 1;
pid $work/nginx/pid;
error_log $work/nginx/error.log;
events {}
http {
    access_log off;
    client_body_temp_path $work/nginx/body;
    proxy_temp_path $work/nginx/proxy;
    fastcgi_temp_path $work/nginx/fastcgi;
    uwsgi_temp_path $work/nginx/uwsgi;
    scgi_temp_path $work/nginx/scgi;
    client_max_body_size 8m;
    keepalive_requests 1000000;
    server {
        listen 127.0.0.1:$port ssl;
        ssl_protocols TLSv1.3;
        ssl_certificate $D/gateway/server.crt;
        ssl_certificate_key $D/gateway/server.key;
        ssl_client_certificate $D/gateway/client-ca.crt;
        ssl_verify_client on;
        location /up/ { root $work/nginx; dav_methods PUT; }
        location /sink { return 204; }
    }
}
CONF
    start nginx nginx -p "$work/nginx" -c "$work/nginx/nginx.conf" -e "$work/nginx/error.log"
    nginx_url=https://127.0.0.1:$port
    wait_for 10 curl_kiosk -o "$work/nginx/answer" "$nginx_url/sink"
}

curl_kiosk() {
    curl -sf --tlsv1.3 --cacert "$D/kiosk/platform-tls.crt" --cert "$identity" --key "$identity" "$@"
}

# Seconds that curl takes for all batches, over one connection.
upload() {
    local one begun
    : >"$work/upload.conf"
    for one in "$work"/batches/*.zst; do
        printf 'upload-file = "%s"\nurl = "%s/up/%s"\n' "$one" "$nginx_url" "${one##*/}" >>"$work/upload.conf"
    done
    now_us && begun=$now
    curl_kiosk -o "$work/nginx/answer" -K "$work/upload.conf"
    now_us && seconds_since "$begun"
}

seconds_since() {
    awk -v us=$((now - $1)) 'BEGIN { print us / 1e6 }'
}

# acknowledged SEQ: this entry and all before it.
acknowledged() {
    [ "$(sqlite3 -readonly "$D/state/sync/inbox.db" 'SELECT acked_seq FROM state' 2>/dev/null || echo 0)" -ge "$1" ]
}

# The most that certkiosk-syncd has held up to now, in kB.
syncd_peak() {
    awk '/^VmHWM/ { print $2 }' "/proc/${pids[syncd]}/status"
}

# Until the queue of N rows is acknowledged; sets drained_s to the seconds it took, and peaks to what
# certkiosk-syncd had held at the most after a tenth of it, and after all.
drain() {
    local begun
    now_us && begun=$now
    start syncd "$bin/certkiosk-syncd" --config "$D/syncd.conf"
    wait_for 300 acknowledged $(($1 / 10))
    peaks=$(syncd_peak)
    wait_for 300 acknowledged "$1"
    peaks+=" $(syncd_peak)"
    now_us && drained_s=$(seconds_since "$begun")
}

drain_rows() {
    local batches queued bytes uploaded_s drained_s=0 peaks
    progress "a queue of $drain_rows_max rows, drained"
    stack_new "$work/drain"
    start_gateway
    line_port=$kiosk_port # that write_configuration uses
    public_url=${public_url:-}
    write_configuration
    enrol_kiosk
    "$build/tests/journal_hand" append "$D/state/kiosk/journal.db" 1 "$drain_rows_max" "$drain_body_bytes" >/dev/null
    mkdir "$work/batches"
    read -r batches queued bytes < <("$build/bench/bench_batches" "$D/state/kiosk/journal.db" "$work/batches")
    progress "$queued rows are $bytes bytes in $batches batches"
    start_nginx
    uploaded_s=$(upload)
    drain "$queued"
    row "sync: a queue drained, both ends durable" "rows/s" "$(per_second "$queued" "$drained_s")" \
        "$(per_second "$queued" "$uploaded_s")" "curl, the same packed batches to nginx" 0.8 ">="
    row "sync: memory of certkiosk-syncd, queue drained" kB "${peaks#* }" "${peaks% *}" "after a tenth of the queue" 1.1
    latency_rows
    stack_down
    stop nginx
}

per_second() {
    awk -v rows="$1" -v s="$2" 'BEGIN { printf "%.0f", rows / s }'
}

latency_rows() {
    progress "from an append to its acknowledgement"
    timeout 120 "$build/bench/bench_latency" "$D/state" 400 "$nginx_url/sink" "$D/kiosk/platform-tls.crt" \
        "$identity" "$identity" >>"$rows"
}
