# recorder.sh - sourced: with API_RECORD set to a file, what clients and certkiosk-gateway say is
# written there (api_record.py), and clients have to go where the recorder is.
#
#     recorder_start PLATFORM FOLDER   before the gateway starts; FOLDER is where clients' keys are
#     "${recorder_options[@]}"         what the gateway then needs
#     kiosk_url=$(recorder_url "$kiosk_url")
#     recorder_stop
# shellcheck shell=bash disable=SC2034

recorder=
recorder_options=()

recorder_start() {
    local try
    [ -n "${API_RECORD:-}" ] && [ -z "$recorder" ] || return 0
    /usr/bin/python3 tests/e2e/api_record.py "$1" "$2" "$API_RECORD" "$2/recorder.ports" &
    recorder=$!
    for try in $(seq 100); do
        [ ! -s "$2/recorder.ports" ] || break
        sleep 0.1
    done
    read -r recorder_kiosk recorder_public kiosk_upstream public_upstream <"$2/recorder.ports" || return "$try"
    recorder_options=(--kiosk-port "$kiosk_upstream" --public-port "$public_upstream"
        --public-url "https://127.0.0.1:$recorder_public")
}

recorder_url() {
    if [ -n "$recorder" ]; then echo "https://127.0.0.1:$recorder_kiosk"; else echo "$1"; fi
}

recorder_stop() {
    [ -z "$recorder" ] || kill "$recorder" 2>/dev/null
}
