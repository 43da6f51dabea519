package main

import (
	"bytes"
	"compress/zlib"
	"io"
	"sync"
	"time"
)

const (
	listPlaces = 1 << 17
	// A list's number for a session that goes on while its tokens say what is true no more.
	stale = 3
)

type statusList struct {
	bits         int
	statuses     []byte
	iat, exp     float64
	at, failedAt time.Time
}

// statusLists fetches each list once in two seconds at most. A copy serves for maxStale without the issuer.
type statusLists struct {
	keys     *keySet
	maxStale time.Duration
	lock     sync.Mutex
	held     map[string]*statusList
}

// check gives ErrRefused for a session that was ended, ErrStale for claims that are true no more, ErrUnavailable when nobody
// can tell.
func (s *statusLists) check(uri string, index int) error {
	bits, statuses, err := s.current(uri)
	if err != nil {
		return err
	}
	perByte := 8 / bits
	if index >= len(statuses)*perByte {
		return ErrRefused
	}
	switch int(statuses[index/perByte]) >> (index % perByte * bits) & (1<<bits - 1) {
	case 0:
		return nil
	case stale:
		return ErrStale
	}
	return ErrRefused
}

func (s *statusLists) current(uri string) (int, []byte, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	list := s.held[uri]
	if list == nil {
		list = &statusList{}
		s.held[uri] = list
	}
	if asked := time.Now(); asked.Sub(list.at) >= 2*time.Second && asked.Sub(list.failedAt) >= time.Second/2 {
		if !s.renew(list, uri, asked) {
			list.failedAt = time.Now()
		}
	}
	if time.Since(list.at) > s.maxStale || list.exp <= float64(time.Now().Unix()) {
		return 0, nil, ErrUnavailable
	}
	return list.bits, list.statuses, nil
}

// renew takes the list as it is published now. An older one than the one held would bring ended sessions back.
func (s *statusLists) renew(list *statusList, uri string, asked time.Time) bool {
	var c struct {
		Sub      string
		Iat, Exp float64
		List     struct {
			Bits int
			Lst  string
		} `json:"status_list"`
	}
	body, _, err := fetch(uri)
	if err != nil || s.keys.decode(string(body), "statuslist+jwt", &c) != nil {
		return false
	}
	if c.Sub != uri || c.Iat < list.iat || c.Iat > float64(asked.Unix()+maxAheadSeconds) {
		return false
	}
	bits := c.List.Bits
	if bits != 1 && bits != 2 {
		return false
	}
	statuses, err := inflate(c.List.Lst, listPlaces*bits/8)
	if err != nil {
		return false
	}
	list.bits, list.statuses, list.iat, list.exp, list.at = bits, statuses, c.Iat, c.Exp, asked
	return true
}

func inflate(packed string, most int) ([]byte, error) {
	compressed, err := unpack(packed)
	if err != nil {
		return nil, err
	}
	reader, err := zlib.NewReader(bytes.NewReader(compressed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(reader, int64(most)))
}
