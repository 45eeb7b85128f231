/* vtoken_requests.h - the requests about the token's memory, inside of hw/sim/vtoken_requests.c
 * only. Each answers once. */
#ifndef HW_SIM_VTOKEN_REQUESTS_H
#define HW_SIM_VTOKEN_REQUESTS_H

#include "hw/sim/vtoken_device.h"

void vtoken_request_public_key(struct vtoken_device *device, const struct control_request *request,
                               struct control_reply *reply);
void vtoken_request_load(struct vtoken_device *device, const struct control_request *request,
                         struct control_reply *reply);
void vtoken_request_object(struct vtoken_device *device, const struct control_request *request,
                           struct control_reply *reply);
void vtoken_request_load_object(struct vtoken_device *device, const struct control_request *request,
                                struct control_reply *reply);
void vtoken_request_keys(struct vtoken_device *device, const struct control_request *request,
                         struct control_reply *reply);
void vtoken_request_snapshot(struct vtoken_device *device, const struct control_request *request,
                             struct control_reply *reply);
void vtoken_request_restore(struct vtoken_device *device, const struct control_request *request,
                            struct control_reply *reply);
void vtoken_request_ready_key(struct vtoken_device *device, const struct control_request *request,
                              struct control_reply *reply);

#endif
