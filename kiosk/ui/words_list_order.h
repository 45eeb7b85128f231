/* words_list_order.h - WORD(id): texts from the offer to the end of the visit, and the receipt. */
