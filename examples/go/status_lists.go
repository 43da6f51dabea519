package main

import (
	"bytes"
	"compress/zlib"
	"io"
	"sync"
	"time"
)

const listBytes = 1 << 14

type statusList struct {
	bits         []byte
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

// check gives ErrRefused for a session that was ended, ErrUnavailable when nobody can tell.
func (s *statusLists) check(uri string, index int) error {
	bits, err := s.bits(uri)
	if err != nil {
		return err
	}
	if index >= len(bits)*8 || bits[index>>3]>>(index&7)&1 == 1 {
		return ErrRefused
	}
	return nil
}

func (s *statusLists) bits(uri string) ([]byte, error) {
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
		return nil, ErrUnavailable
	}
	return list.bits, nil
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
	if c.Sub != uri || c.Iat < list.iat || c.Iat > float64(asked.Unix()+maxAheadSeconds) || c.List.Bits != 1 {
		return false
	}
	bits, err := inflate(c.List.Lst)
	if err != nil {
		return false
	}
	list.bits, list.iat, list.exp, list.at = bits, c.Iat, c.Exp, asked
	return true
}

func inflate(packed string) ([]byte, error) {
	compressed, err := unpack(packed)
	if err != nil {
		return nil, err
	}
	reader, err := zlib.NewReader(bytes.NewReader(compressed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(reader, listBytes))
}
