# drain.sh - sourced by bench.sh: a queue that drains to the platform, against curl that uploads the same packed
# batches to nginx over mutual TLS; and from an append to its acknowledgement.
# shellcheck shell=bash disable=SC2154,SC2034

drain_rows_max=50000
drain_body_bytes=300
link_rows_max=10000

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

# upload_each URL: sets took_s to the seconds that curl takes when it is run for each batch, as who
# uploads batches does when they come, and each is durable before the next, as it is at the platform.
upload_each() {
    local one begun
    now_us && begun=$now
    for one in "$work"/batches/*.zst; do
        curl_kiosk -o "$work/nginx/answer" -T "$one" "$1/up/${one##*/}" && sync "$work/nginx/up/${one##*/}" || return 1
    done
    now_us && took_s=$(seconds_since "$begun")
}

# upload_all URL: by one curl over one connection; nobody waits for a disk.
upload_all() {
    local one begun
    : >"$work/upload.conf"
    for one in "$work"/batches/*.zst; do
        printf 'upload-file = "%s"\nurl = "%s/up/%s"\n' "$one" "$1" "${one##*/}" >>"$work/upload.conf"
    done
    now_us && begun=$now
    curl_kiosk -o "$work/nginx/answer" -K "$work/upload.conf" || return 1
    now_us && took_s=$(seconds_since "$begun")
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

# queue ROWS: so many more in the journal, and their batches; sets head, after, and bytes that they are.
queue() {
    local batches rows
    after=$head
    "$build/tests/journal_hand" append "$D/state/kiosk/journal.db" 1 "$1" "$drain_body_bytes" >/dev/null
    rm -rf "$work/batches"
    mkdir "$work/batches"
    read -r batches rows bytes < <("$build/bench/bench_batches" "$D/state/kiosk/journal.db" "$after" "$work/batches")
    head=$((after + rows))
    progress "$rows rows are $bytes bytes in $batches batches"
}

# Until the queue is acknowledged; sets took_s, and peaks to what certkiosk-syncd had held at the most after a tenth
# of it, and after all.
drain() {
    local begun
    now_us && begun=$now
    start syncd "$bin/certkiosk-syncd" --config "$D/syncd.conf"
    wait_for 300 acknowledged $((after + (head - after) / 10))
    peaks=$(syncd_peak)
    wait_for 300 acknowledged "$head"
    peaks+=" $(syncd_peak)"
    now_us && took_s=$(seconds_since "$begun")
}

# rate_row NAME ROWS OURS_S REFERENCE_S REFERENCE_NAME
rate_row() {
    row "$1" "rows/s" "$(per_second "$2" "$3")" "$(per_second "$2" "$4")" "$5" 0.8 ">="
}

drain_rows() {
    local head=0 after bytes each_s all_s took_s=0 peaks nginx_url
    progress "a queue of $drain_rows_max rows, drained"
    stack_new "$work/drain"
    start_gateway
    line_port=$kiosk_port # that write_configuration uses
    public_url=${public_url:-}
    write_configuration
    export KIOSK=$kiosk_id DEVICE_KEY=$D/kiosk/device.key # for what appends
    openssl genpkey -algorithm ed25519 -out "$DEVICE_KEY"
    openssl pkey -in "$DEVICE_KEY" -pubout -out "$D/state/kiosk/device.pub"
    enrol_kiosk
    start_nginx
    queue "$drain_rows_max"
    upload_each "$nginx_url" && each_s=$took_s
    rm "$work/nginx/up/"*
    upload_all "$nginx_url" && all_s=$took_s
    drain
    rate_row "sync: a queue drained, both ends durable" "$drain_rows_max" "$took_s" "$each_s" \
        "curl for each packed batch to nginx, and sync of the file"
    rate_row "sync: a queue drained, both ends durable" "$drain_rows_max" "$took_s" "$all_s" \
        "one curl with one connection for all of them, nothing synced or looked at"
    row "sync: memory of certkiosk-syncd, queue drained" kB "${peaks#* }" "${peaks% *}" "after a tenth of the queue" 1.1
    latency_rows
    link_rows "at 50 ms round trip" 0.025 0
    link_rows "at 1 Mbit/s" 0 125000
    stack_down
    stop nginx
}

# link NAME PORT DELAY_S RATE: a line to that port; sets port.
link() {
    rm -f "$work/$1.ready"
    start "$1" python3 "$root/tests/bench/slow_line.py" "$2" "$work/$1.ready" "$3" "$4"
    wait_for 10 test -s "$work/$1.ready"
    port=$(value "$work/$1.ready" port)
}

# link_rows WORDS DELAY_S RATE: what a link allows is what curl does over one like it, with one connection.
link_rows() {
    local port all_s
    progress "a queue drained $1"
    stop syncd
    head=$(sqlite3 -readonly "$D/state/kiosk/journal.db" 'SELECT max(seq) FROM journal')
    queue "$link_rows_max"
    link nginx_link "${nginx_url##*:}" "$2" "$3"
    upload_all "https://127.0.0.1:$port" && all_s=$took_s
    link kiosk_link "$kiosk_port" "$2" "$3"
    line_port=$port
    write_configuration
    drain
    rate_row "sync: a queue drained $1" "$link_rows_max" "$took_s" "$all_s" \
        "one curl with one connection for the same packed batches, over a like link to nginx"
    stop syncd
    stop nginx_link
    stop kiosk_link
}

per_second() {
    awk -v rows="$1" -v s="$2" 'BEGIN { printf "%.0f", rows / s }'
}

latency_rows() {
    progress "from an append to its acknowledgement"
    timeout 120 "$build/bench/bench_latency" "$D/state" 400 "$nginx_url/sink" "$D/kiosk/platform-tls.crt" \
        "$identity" "$identity" >>"$rows"
}
