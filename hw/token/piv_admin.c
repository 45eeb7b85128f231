/*
 * piv_admin.c - how the card management key is proved (SP 800-73pt2-5, appendix A.1):
 *
 *     mutual     ask 80 --> witness   answer 80 + 81 --> 82   the token decides first, then we
 *     one way    ask 81 --> challenge answer 82 --> 9000      for tokens that refuse to be asked
 *
 * The algorithm is what the token says of its key, never what its version suggests.
 */
#include <string.h>

#include "hw/token/piv_session.h"
#include "hw/token/token_admin.h"

struct prover {
    struct piv_session *session;
    const struct secret *key;
    enum piv_algorithm algorithm;
    size_t block_len;
    bool heard;  /* the token took the first question: it has this algorithm */
    bool mutual; /* the token has proved itself too */
};

static void block_wipe(uint8_t (*block)[PIV_CHALLENGE_MAX])
{
    explicit_bzero(*block, sizeof(*block));
}

/* Answers that make no sense from a token that refuses are one and the same to the caller. */
static struct err denied_unless_link(struct err e)
{
    if (e.code == ERR_GONE || e.code == ERR_IO)
        return e;
    return ERR(ERR_DENIED, e.native, "authentication");
}

/* Send, and give out the `tag` of the answer, which must be one block of the cipher.
 * ERR_UNSUPPORTED: the token says no by status word. */
static struct err ask(const struct prover *prover, const struct apdu *apdu, enum piv_auth tag,
                      uint8_t out_block[PIV_CHALLENGE_MAX])
{
    CLEANUP(apdu_response_wipe) struct apdu_response response = {.len = 0};
    struct bytes value = {NULL, 0};

    struct err e = session_exchange(prover->session, apdu, &response);
    if (failed(e))
        return e;
    if (response.sw != APDU_SW_OK)
        return ERR(ERR_UNSUPPORTED, response.sw, "GENERAL AUTHENTICATE");
    e = piv_read_authenticate(apdu_data(&response), tag, &value);
    if (failed(e))
        return e;
    if (value.len != prover->block_len)
        return ERR(ERR_MALFORMED, value.len, "challenge");
    memcpy(out_block, value.at, value.len);
    return ERR_OK;
}

static struct err one_way(struct prover *prover)
{
    CLEANUP(apdu_wipe) struct apdu apdu = {.len = 0};
    CLEANUP(apdu_response_wipe) struct apdu_response response = {.len = 0};
    CLEANUP(block_wipe) uint8_t challenge[PIV_CHALLENGE_MAX] = {0};
    CLEANUP(block_wipe) uint8_t answer[PIV_CHALLENGE_MAX] = {0};

    piv_authenticate_ask(prover->algorithm, PIV_AUTH_CHALLENGE, &apdu);
    struct err e = ask(prover, &apdu, PIV_AUTH_CHALLENGE, challenge);
    prover->heard = prover->heard || !failed(e);
    if (!failed(e)) {
        e = admin_encipher(prover->algorithm, prover->key,
                           (struct bytes){challenge, prover->block_len}, answer);
    }
    if (failed(e))
        return denied_unless_link(e);
    piv_authenticate_external(prover->algorithm, (struct bytes){answer, prover->block_len}, &apdu);
    e = session_exchange(prover->session, &apdu, &response);
    if (failed(e))
        return denied_unless_link(e);
    if (response.sw != APDU_SW_OK)
        return ERR(ERR_DENIED, response.sw, "GENERAL AUTHENTICATE");
    return ERR_OK;
}

/* The second half of the mutual proof: `witness` is what the token enciphered. */
static struct err answer_witness(const struct prover *prover, struct bytes witness)
{
    CLEANUP(apdu_wipe) struct apdu apdu = {.len = 0};
    CLEANUP(block_wipe) uint8_t plain[PIV_CHALLENGE_MAX] = {0};
    CLEANUP(block_wipe) uint8_t challenge[PIV_CHALLENGE_MAX] = {0};
    CLEANUP(block_wipe) uint8_t want[PIV_CHALLENGE_MAX] = {0};
    CLEANUP(block_wipe) uint8_t got[PIV_CHALLENGE_MAX] = {0};
    struct bytes ours = {challenge, prover->block_len};

    struct err e = admin_decipher(prover->algorithm, prover->key, witness, plain);
    if (!failed(e))
        e = admin_challenge(challenge, prover->block_len);
    if (!failed(e))
        e = admin_encipher(prover->algorithm, prover->key, ours, want);
    if (failed(e))
        return e;
    piv_authenticate_mutual(prover->algorithm, (struct bytes){plain, prover->block_len}, ours,
                            &apdu);
    e = ask(prover, &apdu, PIV_AUTH_RESPONSE, got);
    if (failed(e))
        return denied_unless_link(e);
    if (!admin_same((struct bytes){got, prover->block_len},
                    (struct bytes){want, prover->block_len}))
        return ERR(ERR_DENIED, 0, "the token does not have the key");
    return ERR_OK;
}

/* Ask for a witness. ERR_UNSUPPORTED: the token says no by status word. */
static struct err ask_witness(const struct prover *prover, uint8_t out_witness[PIV_CHALLENGE_MAX])
{
    struct apdu apdu;

    piv_authenticate_ask(prover->algorithm, PIV_AUTH_WITNESS, &apdu);
    return ask(prover, &apdu, PIV_AUTH_WITNESS, out_witness);
}

/* What the token says of its key, if it says anything; else the algorithm stays as it is. */
static struct err ask_algorithm(struct prover *prover)
{
    struct piv_metadata metadata = {.algorithm = 0};

    struct err e = session_metadata(prover->session, PIV_KEY_ADMIN, &metadata);
    if (e.code == ERR_GONE || e.code == ERR_IO)
        return e;
    if (failed(e) || metadata.algorithm == PIV_ALGORITHM_NONE)
        return ERR_OK;
    prover->algorithm = (enum piv_algorithm)metadata.algorithm;
    prover->block_len = admin_block_len(prover->algorithm, prover->key->len);
    if (prover->block_len == 0)
        return ERR(ERR_DENIED, prover->algorithm, "key of another algorithm");
    return ERR_OK;
}

/* ERR_UNSUPPORTED: the token does not prove itself. */
static struct err both_ways(struct prover *prover)
{
    CLEANUP(block_wipe) uint8_t witness[PIV_CHALLENGE_MAX] = {0};

    struct err e = ask_witness(prover, witness);
    if (failed(e))
        return e;
    prover->heard = true;
    return answer_witness(prover, (struct bytes){witness, prover->block_len});
}

/*
 * The likely algorithm first: a token that has another says no to the first question, and then it
 * is asked which. So a token that agrees costs two commands.
 */
static struct err authenticate(struct prover *prover)
{
    const struct piv_session *session = prover->session;
    enum piv_algorithm likely = prover->algorithm;
    bool guessed = session->admin_algorithm == PIV_ALGORITHM_NONE ||
                   (session->admin_recalled && !session->admin_one_way);

    struct err e = ERR(ERR_UNSUPPORTED, 0, "known to be one way");
    if (!session->admin_one_way)
        e = both_ways(prover);
    if (e.code == ERR_UNSUPPORTED && guessed) {
        e = ask_algorithm(prover);
        if (failed(e))
            return e;
        e = ERR(ERR_UNSUPPORTED, 0, "GENERAL AUTHENTICATE");
        if (prover->algorithm != likely)
            e = both_ways(prover);
    }
    prover->mutual = !failed(e);
    if (e.code == ERR_UNSUPPORTED || e.code == ERR_MALFORMED)
        e = one_way(prover);
    return e;
}

bool session_has_proof(const struct piv_session *session, const struct token_admin *admin)
{
    uint8_t print[ADMIN_PRINT_LEN];

    return session->admin_proved && !failed(admin_print(&admin->key, print)) &&
           admin_same((struct bytes){print, sizeof(print)},
                      (struct bytes){session->admin_print, sizeof(print)});
}

void session_forget_proof(struct piv_session *session)
{
    session->admin_proved = false;
    explicit_bzero(session->admin_print, sizeof(session->admin_print));
}

static struct prover prover_of(struct piv_session *session, const struct token_admin *admin)
{
    enum piv_algorithm algorithm = session->admin_algorithm;

    if (admin_block_len(algorithm, admin->key.len) == 0)
        algorithm = admin_algorithm(admin->key.len, admin->aes);
    return (struct prover){.session = session,
                           .key = &admin->key,
                           .algorithm = algorithm,
                           .block_len = admin_block_len(algorithm, admin->key.len)};
}

/* This is how the token in the reader does it; whoever asks next need not find it out. */
static void keep_way(struct piv_session *session, const struct prover *prover)
{
    struct piv_memory_row *row = &session->length;
    bool known = row->admin == prover->algorithm && (row->one_way != 0) == !prover->mutual;

    session->admin_algorithm = prover->algorithm;
    session->admin_one_way = !prover->mutual;
    session->admin_recalled = false;
    row->admin = (uint8_t)prover->algorithm;
    row->one_way = !prover->mutual;
    if (!known)
        piv_memory_keep(session->memory, session->id, *row);
}

static void forget_way(struct piv_session *session)
{
    session->admin_algorithm = PIV_ALGORITHM_NONE;
    session->admin_one_way = false;
    session->admin_recalled = false;
}

struct err session_prove(struct piv_session *session, const struct token_admin *admin)
{
    if (session_has_proof(session, admin))
        return session_be_sure(session);
    session_forget_proof(session);
    struct prover prover = prover_of(session, admin);
    if (prover.block_len == 0)
        return ERR(ERR_DENIED, prover.algorithm, "key of no algorithm");
    struct err e = authenticate(&prover);
    if (session->admin_recalled && !prover.heard && e.code == ERR_DENIED) {
        forget_way(session); /* it may have a key of another algorithm since */
        prover = prover_of(session, admin);
        e = authenticate(&prover);
    }
    if (e.code == ERR_DENIED)
        return session_own_no(session, e);
    if (failed(e))
        return e;
    keep_way(session, &prover);
    session->unsure = !admin->diversified || !prover.mutual;
    e = session_be_sure(session);
    if (!failed(e))
        e = admin_print(&admin->key, session->admin_print);
    session->admin_proved = !failed(e);
    return e;
}
